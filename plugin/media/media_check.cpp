#include "media/media_check.hpp"

#include "media/media_format.hpp"

#include <utility>

namespace job_engine {
namespace {

using Kind = TransportFailure::Kind;

Error not_reachable(const std::string& why, bool retryable) {
    auto error = make_error(ErrorCode::invalid_media_url, "The image cannot be fetched: " + why + ".");
    error.retryable = retryable;
    error.details = {{"/image", why}};
    return error;
}

Warning unchecked(const std::string& why) {
    return {"image_not_checked", "The image was not checked before the submit: " + why + "."};
}

std::string what_was_found(std::string_view first_bytes) {
    if (first_bytes.empty())
        return "The image is empty.";
    const std::string format(media_format_of(first_bytes).name);
    if (format == web_page)
        return "The image's link leads to a web page (HTML), perhaps to a sign-in, and to neither JPG nor "
               "PNG: use "
               "a link to the file itself that opens without a sign-in.";
    if (format.empty())
        return "The image is neither JPG nor PNG.";
    return "The image is " + format + ", neither JPG nor PNG: convert it to one of them.";
}

std::string mebibytes_text(std::uint64_t bytes) {
    constexpr std::uint64_t tenth = std::uint64_t{1024} * 1024 / 10;
    const auto tenths = bytes / tenth;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MiB";
}

} // namespace

bool is_jpeg_or_png(std::string_view first_bytes) {
    const auto type = media_format_of(first_bytes).media_type;
    return type == "image/jpeg" || type == "image/png";
}

std::string too_large_text(std::string_view input, std::uint64_t bytes, std::uint64_t limit) {
    auto has = mebibytes_text(bytes);
    auto may_have = mebibytes_text(limit);
    if (has == may_have) { // it is just over the limit
        has = std::to_string(bytes) + " bytes";
        may_have = std::to_string(limit);
    }
    return "The " + std::string(input) + " has " + has + "; the limit is " + may_have + ".";
}

// Refused is only what would fail at the API too: a server that answers this machine otherwise than it
// answers the API, e.g. with 403, must not cost the run.
MediaVerdict verdict_of_media(const MediaReply& reply, std::uint64_t largest) {
    const auto status = "HTTP " + std::to_string(reply.status);
    switch (reply.status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
        if (reply.location.empty())
            return unchecked("its server redirects to nowhere (" + status + ")");
        return MediaElsewhere{reply.location};
    case 404:
    case 410: {
        auto error = not_reachable("its server says that it is not there (" + status + ")", false);
        error.http_status = reply.status;
        return error;
    }
    case 200:
    case 206:
        break;
    default:
        return unchecked("its server answered " + status);
    }
    if (reply.encoded)
        return unchecked("its server sends it compressed, which was not asked for");
    if (!is_jpeg_or_png(reply.first_bytes)) {
        auto error = make_error(ErrorCode::unsupported_media_format, what_was_found(reply.first_bytes));
        error.details = {{"/image", "must be a JPG or PNG"}};
        return error;
    }
    if (largest > 0 && reply.total_size && *reply.total_size > largest) {
        auto error =
            make_error(ErrorCode::media_too_large, too_large_text("image", *reply.total_size, largest));
        error.details = {{"/image", "must have at most " + std::to_string(largest) + " bytes"}};
        return error;
    }
    return MediaUsable{};
}

MediaVerdict verdict_of_media(const TransportFailure& failure) {
    switch (failure.kind) {
    case Kind::proxy:
        return unchecked(failure.message);
    case Kind::tls:
    case Kind::not_public:
    case Kind::bad_reply:
        return not_reachable(failure.message, false);
    case Kind::unreachable:
    case Kind::broken:
    case Kind::timed_out:
    case Kind::aborted:
        break;
    }
    return not_reachable(failure.message, true);
}

Error media_redirect_error(const std::string& why) {
    return not_reachable(why, false);
}

} // namespace job_engine
