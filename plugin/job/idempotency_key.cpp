#include "job/idempotency_key.hpp"

#include <unistd.h>

#include <array>
#include <optional>
#include <stdexcept>

namespace pixelml {
namespace {

// Behind its length, or a mark that it is absent: so no two lists of values give one text.
void append_value(std::string& text, const std::optional<std::string_view>& value) {
    if (value) {
        text += std::to_string(value->size());
        text += ':';
        text += *value;
    } else {
        text += '-';
    }
}

} // namespace

HexDigest input_digest(const Input& input) {
    std::optional<std::string_view> optimizer;
    if (input.prompt_optimizer)
        optimizer = *input.prompt_optimizer ? "true" : "false";
    std::string text;
    text.reserve(128 + input.prompt.size() + input.image.size()
                 + (input.negative_prompt ? input.negative_prompt->size() : 0));
    for (const auto& value :
         {std::optional<std::string_view>(input.model), std::optional<std::string_view>(input.prompt),
          std::optional<std::string_view>(input.image),
          std::optional<std::string_view>(input.negative_prompt), std::optional<std::string_view>(input.size),
          optimizer})
        append_value(text, value);
    return HexDigest(sha256(text));
}

HexDigest idempotency_key(std::string_view run_key, const HexDigest& input_digest, int generation) {
    // The digest has a fixed length and the number no other end, so no two triples give one text.
    auto text = input_digest.text();
    text += std::to_string(generation);
    text += '/';
    text += run_key;
    return HexDigest(sha256(text));
}

std::string random_run_key() {
    std::array<unsigned char, 16> bytes{};
    if (::getentropy(bytes.data(), bytes.size()) != 0)
        throw std::runtime_error("no random numbers are available");
    return hex(bytes);
}

} // namespace pixelml
