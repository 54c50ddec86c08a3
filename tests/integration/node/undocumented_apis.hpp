#pragma once

#include "played_service.hpp"

#include <vector>

namespace node_tests {

// The built-in description, whose service publishes no replies, with those that fit it.
DescribedApi built_in_api();

// A service that has no status words, a poll that posts the job's id, and its result as a text.
DescribedApi wordless_api();

// These two, and all of schemas/apis.
std::vector<DescribedApi> all_apis();

} // namespace node_tests
