#pragma once

#include "api/binding.hpp"
#include "json/violation.hpp"

#include <boost/json/object.hpp>

#include <vector>

namespace job_engine {

// Tries the examples of a binding's document: what each says that its request or reply means, and what it
// means here. Of a node: those that name another one are passed over. The paths are below the document.
std::vector<Violation> example_faults(const boost::json::object& document, const BindingRules& rules);

} // namespace job_engine
