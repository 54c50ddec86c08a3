#include "jobs/generation_request.hpp"

#include "base/text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <cstddef>
#include <cstdint>

namespace sandbox {
namespace {

namespace json = boost::json;

constexpr std::size_t max_text = 10'000;
constexpr std::size_t max_url = 8192;
constexpr std::size_t min_words = 3;

// Collects every violation, so that callers can fix them all at once.
class Fields {
public:
    explicit Fields(const json::object& body) : body_(body) {}

    std::string required_text(std::string_view name) {
        const json::value* const value = body_.if_contains(name);
        if (!value) {
            reject(name, "is required");
            return {};
        }
        return text(name, *value);
    }

    std::optional<std::string> required_text_or_null(std::string_view name) {
        const json::value* const value = body_.if_contains(name);
        if (value && value->is_null())
            return std::nullopt;
        return required_text(name);
    }

    // Nothing when the member is there but not a string, which has then been rejected.
    std::optional<std::string> text_or(std::string_view name, std::string_view fallback) {
        const json::value* const value = body_.if_contains(name);
        if (!value)
            return std::string(fallback);
        std::string string = text(name, *value);
        return value->is_string() ? std::optional(std::move(string)) : std::nullopt;
    }

    std::optional<bool> flag_or_null(std::string_view name, bool fallback) {
        const json::value* const value = body_.if_contains(name);
        if (!value)
            return fallback;
        if (!value->is_bool() && !value->is_null())
            reject(name, "must be true, false or null");
        return value->is_bool() ? std::optional(value->get_bool()) : std::nullopt;
    }

    bool has(std::string_view name) const { return body_.if_contains(name) != nullptr; }

    void reject(std::string_view name, std::string_view why) {
        violations_.push_back({{"path", "/" + std::string(name)}, {"message", why}});
    }

    json::array take_violations() { return std::move(violations_); }

private:
    std::string text(std::string_view name, const json::value& value) {
        if (!value.is_string()) {
            reject(name, "must be a string");
            return {};
        }
        const json::string& string = value.get_string();
        if (string.size() > max_text) {
            reject(name, "must be at most 10000 bytes long");
            return {};
        }
        return {string.data(), string.size()};
    }

    const json::object& body_;
    json::array violations_;
};

ApiError violations_error(json::array violations) {
    std::string message = "The request has invalid fields:";
    for (const json::value& violation : violations) {
        message += " " + std::string(violation.at("path").as_string()).substr(1) + " "
                   + std::string(violation.at("message").as_string()) + ";";
    }
    message.back() = '.';
    return {"invalid_input", std::move(message), std::move(violations)};
}

void read_model_and_size(Fields& fields, GenerationRequest& request) {
    const auto model = fields.text_or("model", model_name(Model::pixel_m));
    if (model == model_name(Model::pixel_s)) {
        request.model = Model::pixel_s;
        if (fields.has("size"))
            fields.reject("size", "applies to Pixel M only; leave it out for Pixel S");
        return;
    }
    if (model && model != model_name(Model::pixel_m))
        fields.reject("model", "must be \"Pixel M\" or \"Pixel S\"");
    const auto size = fields.text_or("size", default_size_name);
    if (size && !find_named_size(*size))
        fields.reject("size", "must be one of the named sizes, e.g. \"Landscape HD (16:9)\"");
    request.size = size.value_or("");
}

std::uint32_t code_point_at(std::string_view text, std::size_t& index) {
    const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(text[i])}; };
    const std::uint32_t first = byte(index);
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    std::uint32_t point = length == 1 ? first : first & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length && index + i < text.size(); ++i)
        point = (point << 6U) | (byte(index + i) & 0x3FU);
    index += length;
    return point;
}

bool is_a_word_by_itself(std::uint32_t point) {
    return (point >= 0x3040 && point <= 0x30FF)       // Hiragana, Katakana
           || (point >= 0x3400 && point <= 0x9FFF)    // CJK ideographs
           || (point >= 0xF900 && point <= 0xFAFF)    // compatibility ideographs
           || (point >= 0x20000 && point <= 0x3FFFF); // further ideographs
}

} // namespace

std::size_t count_words(std::string_view text) {
    std::size_t words = 0;
    bool inside = false;
    for (std::size_t i = 0; i < text.size();) {
        const std::uint32_t point = code_point_at(text, i);
        const bool space = point <= 0x20 || point == 0xA0 || point == 0x3000;
        if (is_a_word_by_itself(point)) {
            ++words;
            inside = false;
        } else if (space) {
            inside = false;
        } else if (!inside) {
            ++words;
            inside = true;
        }
    }
    return words;
}

bool is_image_url(std::string_view url) {
    if (url.size() > max_url)
        return false;
    const auto parsed = boost::urls::parse_uri({url.data(), url.size()});
    return parsed
           && (parsed->scheme_id() == boost::urls::scheme::http
               || parsed->scheme_id() == boost::urls::scheme::https)
           && parsed->has_authority() && !parsed->encoded_host().empty();
}

std::variant<GenerationRequest, ApiError> parse_generation_request(std::string_view body) {
    json::error_code error;
    const json::value value = json::parse({body.data(), body.size()}, error);
    if (error)
        return ApiError{"invalid_json", "The body is not valid JSON: " + error.message() + "."};
    if (!value.is_object())
        return ApiError{"invalid_input", "The body must be a JSON object."};
    Fields fields(value.get_object());
    GenerationRequest request;
    read_model_and_size(fields, request);
    request.prompt = fields.required_text("prompt");
    request.image = fields.required_text("image");
    request.negative_prompt = fields.required_text_or_null("negative_prompt");
    request.prompt_optimizer = fields.flag_or_null("prompt_optimizer", true);
    if (auto violations = fields.take_violations(); !violations.empty())
        return violations_error(std::move(violations));
    if (!is_image_url(request.image))
        return ApiError{"invalid_image_url", "The image must be an absolute http or https URL with a host."};
    if (count_words(request.prompt) < min_words) {
        return ApiError{"prompt_too_vague",
                        "The prompt has fewer than three words; say what should move, and how."};
    }
    return request;
}

} // namespace sandbox
