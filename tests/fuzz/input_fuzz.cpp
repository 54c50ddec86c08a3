#include "api/request.hpp"
#include "fuzz_target.hpp"
#include "http/url.hpp"
#include "nodes/input.hpp"

using namespace pixelml;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const bool loopback = size % 2 == 0;
    const auto checked = read_input(fuzz::text_of(data, size), fuzz::definitions().input, loopback);
    if (!checked) {
        const auto code = checked.error().code;
        fuzz::require(code == ErrorCode::invalid_input || code == ErrorCode::invalid_image_url);
        fuzz::require(!checked.error().message.empty());
        return 0;
    }
    const auto& input = checked->input;
    fuzz::require(!media_url_fault(input.image, loopback));
    fuzz::require(input.prompt.find_first_not_of(" \t\r\n") != std::string::npos);
    const auto request =
        submit_request(*fuzz::definitions().built_in_binding, "", values_by_name(input), "key");
    fuzz::require(request.target == "/v1/image-to-video" && !request.body.empty());
    return 0;
}
