#include "job/attachment.hpp"

#include "base/ascii.hpp"
#include "base/plain_text.hpp"
#include "http/url.hpp"

#include <workflow_node/node.h>

namespace job_engine {
namespace {

constexpr std::string_view scheme = "attachment:";

} // namespace

std::optional<std::string> attachment_name(std::string_view input) {
    if (!ascii_equal_ignoring_case(input.substr(0, scheme.size()), scheme))
        return std::nullopt;
    return percent_decoded(input.substr(scheme.size()));
}

std::string attachment_input(std::string_view name) {
    return std::string(scheme) + percent_encoded_segment(name);
}

std::optional<std::string> attachment_fault(std::string_view input, std::string_view name) {
    if (name.empty())
        return "names no file behind " + std::string(scheme);
    if (input.size() > scheme.size() + WFN_MAX_ATTACHMENT_NAME_BYTES)
        return "names a file by more than " + std::to_string(WFN_MAX_ATTACHMENT_NAME_BYTES) + " bytes";
    if (plain_text(name) != name)
        return "names a file by what is no line of UTF-8";
    return std::nullopt;
}

std::string place_of_file(const HexDigest& inputs) {
    return sha256_hex("file/" + inputs.text());
}

} // namespace job_engine
