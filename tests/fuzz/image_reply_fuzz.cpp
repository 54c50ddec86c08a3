#include "fuzz_target.hpp"
#include "http/network_address.hpp"
#include "http/url.hpp"
#include "media/media_check.hpp"
#include "media/media_format.hpp"

using namespace job_engine;

// The first two bytes are the status, the rest the image, its redirect and a URL to resolve it against.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2)
        return 0;
    MediaReply reply;
    reply.status = 100 + (data[0] * 256 + data[1]) % 500;
    const auto rest = fuzz::text_of(data + 2, size - 2);
    reply.first_bytes = std::string(rest.substr(0, media_signature_bytes));
    reply.location = std::string(rest);
    reply.total_size = size;
    const auto verdict = verdict_of_media(reply, 64);
    if (std::holds_alternative<MediaUsable>(verdict))
        fuzz::require(is_jpeg_or_png(rest) && (reply.status == 200 || reply.status == 206) && size <= 64);
    if (const auto* elsewhere = std::get_if<MediaElsewhere>(&verdict))
        if (const auto next = resolved_url("https://images.example/a/b.jpg?c", elsewhere->location))
            if (!media_url_fault(*next, false)) {
                const auto url = parse_http_url(*next);
                fuzz::require(url && url->origin.tls
                              && url->target.find_first_of("\r\n ") == std::string::npos);
            }
    return 0;
}
