#pragma once

#include "base/api_error.hpp"
#include "jobs/video_size.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sandbox {

enum class Model { pixel_m, pixel_s };

inline constexpr std::string_view model_name(Model model) {
    return model == Model::pixel_m ? "Pixel M" : "Pixel S";
}

struct GenerationRequest {
    Model model = Model::pixel_m;
    std::string prompt;
    std::string image; // an http or https URL
    std::optional<std::string> negative_prompt;
    std::string size; // a named size; empty for Pixel S
    std::optional<bool> prompt_optimizer;

    bool operator==(const GenerationRequest&) const = default;
};

// Reads and checks the body of a submit. The error is one to be answered with status 422, or 400 when the
// body is not JSON (code "invalid_json"). Members that the API does not know are ignored.
std::variant<GenerationRequest, ApiError> parse_generation_request(std::string_view body);

// Words of a text in UTF-8; a Chinese or Japanese character counts as a word, since these languages are
// written without spaces.
std::size_t count_words(std::string_view text);

// An absolute http or https URL with a host, at most 8 KiB.
bool is_image_url(std::string_view url);

} // namespace sandbox
