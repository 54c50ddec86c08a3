#pragma once

#include "api/binding.hpp"
#include "json/violation.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <string>
#include <vector>

namespace job_engine {

// Whether an example is one of an upload's step: see example_faults.
bool is_of_upload(const boost::json::object& example);

// Tries it. path: of the example in the document.
void try_upload(const boost::json::object& example, const std::shared_ptr<const Binding>& binding,
                const ErrorTable& errors, const std::string& path, std::vector<Violation>& faults);

} // namespace job_engine
