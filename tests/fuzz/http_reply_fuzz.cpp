#include "fuzz_target.hpp"
#include "http/http_reply.hpp"

#include <boost/beast/http/error.hpp>

#include <algorithm>

using namespace job_engine;

// The first byte says in pieces of what size the rest arrives.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    const std::size_t piece = std::size_t{1} + data[0];
    const auto bytes = fuzz::text_of(data + 1, size - 1);
    HttpReplyParser reply;
    boost::beast::flat_buffer buffer{http_buffer_limit};
    boost::system::error_code error = boost::beast::http::error::need_more;
    std::size_t at = 0;
    do {
        error = feed(reply.parser(), buffer, Until::end);
        while (error == boost::beast::http::error::need_more && at < bytes.size()) {
            const auto next = bytes.substr(at, std::min(piece, buffer.max_size() - buffer.size()));
            if (next.empty())
                return 0; // where a connection gives up
            buffer.commit(boost::asio::buffer_copy(buffer.prepare(next.size()), boost::asio::buffer(next)));
            at += next.size();
            error = feed(reply.parser(), buffer, Until::end);
        }
        if (error == boost::beast::http::error::need_more && reply.parser().got_some()) {
            error.clear();
            reply.parser().put_eof(error);
        }
        if (error)
            return 0;
    } while (reply.skip_interim());
    if (reply.fault())
        return 0;
    const auto taken = reply.take(1'700'000'000);
    fuzz::require(taken.status >= 200 && taken.status <= 999);
    fuzz::require(taken.body.size() <= http_body_limit);
    return 0;
}
