#pragma once

#include "run_node.hpp"

#include <string>

namespace faults {

inline constexpr const char* secret_key = "secret-key-of-the-faults";

// A run of this prompt at the service, by its own run key.
test_support::RunSpec spec_for(const std::string& base_url, const std::string& prompt);

// A member of the result's error as text; empty where there is none.
std::string error_text(const wfn::Result& result, const char* member);

} // namespace faults
