#pragma once

#include "api/error.hpp"
#include "http/http_message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace job_engine {

// What the reply to a request for an image's first bytes said.
struct MediaReply {
    int status = 0;
    std::string location;                    // of a redirect
    std::string first_bytes;                 // of the image, as far as they were read
    std::optional<std::uint64_t> total_size; // of the image, in bytes
    bool encoded = false;                    // compressed, so the bytes say nothing
};

// What it means for the run. An Error ends it before anything is paid, a Warning lets it go on unchecked.
struct MediaUsable {};
struct MediaElsewhere {
    std::string location;
};
using MediaVerdict = std::variant<MediaUsable, MediaElsewhere, Warning, Error>;

bool is_jpeg_or_png(std::string_view first_bytes);

// "The image has 12.4 MiB; the limit is 10.0 MiB."
std::string too_large_text(std::string_view input, std::uint64_t bytes, std::uint64_t limit);

// largest: in bytes; 0: the API's limit is not known.
MediaVerdict verdict_of_media(const MediaReply& reply, std::uint64_t largest);
MediaVerdict verdict_of_media(const TransportFailure& failure);

// For a redirect that is not followed: too many of them, or one to a place that may not be asked.
Error media_redirect_error(const std::string& why);

} // namespace job_engine
