#include "image_check.hpp"

#include <utility>

namespace pixelml {
namespace {

using Kind = TransportFailure::Kind;

Error not_reachable(const std::string& why, bool retryable) {
    auto error = make_error(ErrorCode::invalid_image_url, "The image cannot be fetched: " + why + ".");
    error.retryable = retryable;
    error.details = {{"/image", why}};
    return error;
}

Warning unchecked(const std::string& why) {
    return {"image_not_checked", "The image was not checked before the submit: " + why + "."};
}

std::string megabytes(std::uint64_t bytes) {
    constexpr std::uint64_t tenth = std::uint64_t{1024} * 1024 / 10;
    const auto tenths = bytes / tenth;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MiB";
}

} // namespace

bool is_jpeg_or_png(std::string_view first_bytes) noexcept {
    using namespace std::string_view_literals;
    return first_bytes.starts_with("\xFF\xD8\xFF"sv) || first_bytes.starts_with("\x89PNG\r\n\x1A\n"sv);
}

// Refused is only what would fail at the API too: a server that answers this machine otherwise than it
// answers the API, e.g. with 403, must not cost the run.
ImageVerdict verdict_of_image(const ImageReply& reply, std::uint64_t largest) {
    const auto status = "HTTP " + std::to_string(reply.status);
    switch (reply.status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
        if (reply.location.empty())
            return unchecked("its server redirects to nowhere (" + status + ")");
        return ImageElsewhere{reply.location};
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
        const std::string found =
            reply.first_bytes.empty() ? "The image is empty." : "The image is neither JPG nor PNG.";
        auto error = make_error(ErrorCode::unsupported_image_format, found);
        error.details = {{"/image", "must be a JPG or PNG"}};
        return error;
    }
    if (largest > 0 && reply.total_size && *reply.total_size > largest) {
        auto error =
            make_error(ErrorCode::image_too_large, "The image has " + megabytes(*reply.total_size)
                                                       + "; the limit is " + megabytes(largest) + ".");
        error.details = {{"/image", "must have at most " + std::to_string(largest) + " bytes"}};
        return error;
    }
    return ImageUsable{};
}

ImageVerdict verdict_of_image(const TransportFailure& failure) {
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

Error image_redirect_error(const std::string& why) {
    return not_reachable(why, false);
}

} // namespace pixelml
