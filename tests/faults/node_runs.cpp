#include "node_runs.hpp"

namespace faults {

test_support::RunSpec spec_for(const std::string& base_url, const std::string& prompt) {
    test_support::RunSpec spec;
    spec.input = {
        {"prompt", prompt}, {"image", "https://images.example/photo.jpg"}, {"negative_prompt", nullptr}};
    spec.connection = {{"api_key", secret_key}, {"base_url", base_url}, {"allow_insecure_loopback", true}};
    spec.run_key = "run of " + prompt;
    return spec;
}

std::string error_text(const wfn::Result& result, const char* member) {
    const auto error = test_support::error_json(result);
    const auto* value = error.if_contains(member);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

} // namespace faults
