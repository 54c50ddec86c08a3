#pragma once

#include "api/binding.hpp"
#include "json/violation.hpp"

#include <vector>

namespace job_engine {

// What of a binding's requests can be read but not meant, such as a submit without the image: each costs a
// job or loses one, so it is refused before anything is sent.
std::vector<Violation> sent_faults(const Binding& binding, const BindingRules& rules);

} // namespace job_engine
