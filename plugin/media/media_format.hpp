#pragma once

#include <cstddef>
#include <string_view>

namespace job_engine {

// What a file is, by its first bytes. Both empty: not known.
struct MediaFormat {
    std::string_view name;       // for people: "a WebP image"
    std::string_view media_type; // "image/webp"; empty where no service takes it
};

// How many first bytes tell the format, those of other files included.
constexpr std::size_t media_signature_bytes = 32;

MediaFormat media_format_of(std::string_view first_bytes);

// The name of a format that a service takes: "JPG" of "image/jpeg".
std::string_view short_name_of(std::string_view media_type);

inline constexpr std::string_view web_page = "a web page";

// Whether the whole file is there, as far as its own structure tells. True of a format that is not known.
bool is_whole(std::string_view file, std::string_view media_type) noexcept;

} // namespace job_engine
