#include "fuzz_target.hpp"
#include "http/url.hpp"
#include "job/inputs.hpp"

using namespace job_engine;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const bool loopback = size % 2 == 0;
    const auto& [node, binding_rules, built_in] = fuzz::image_to_video();
    const auto checked = read_inputs(fuzz::text_of(data, size), node, loopback);
    if (!checked) {
        const auto code = checked.error().code;
        fuzz::require(code == ErrorCode::invalid_input || code == ErrorCode::invalid_media_url);
        fuzz::require(!checked.error().message.empty());
        return 0;
    }
    fuzz::require(checked->values.at("prompt").as_string().find_first_not_of(" \t\r\n") != std::string::npos);
    const auto job = prepare_job(checked->values, node, *built_in);
    fuzz::require(!media_url_fault(job.media_url, loopback));
    fuzz::require(!job.body.empty() && !job.kind.empty());
    return 0;
}
