#include "http/http_send.hpp"

#include "http/http_reply.hpp"

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <ctime>
#include <utility>

namespace job_engine {

namespace asio = boost::asio;
using Kind = TransportFailure::Kind;

asio::awaitable<Answered> send_pieces(asio::io_context& io, const Destination& destination,
                                      const RequestText& head, const std::vector<std::string_view>& body,
                                      const std::vector<std::string>& request_id_headers, Resolver& resolver,
                                      HttpExchange& exchange) {
    HttpConnection connection(io);
    if (auto failure = co_await open_connection(connection, destination, resolver, exchange))
        co_return *std::move(failure);

    exchange.set_stage("the reply of", &destination.origin);
    const ScopedCancelHandler interruption(exchange, [&connection] { connection.close(); });
    auto not_written = co_await connection.write(asio::buffer(head));
    for (std::size_t i = 0; i < body.size() && !not_written; ++i)
        not_written = co_await connection.write(asio::buffer(body[i]));
    exchange.sent = !not_written;

    // Also when not all was written: a server may refuse a body, and say so, before it has read it.
    HttpReplyParser reply;
    auto ec = co_await connection.read(reply.parser(), Until::end);
    while (!ec && reply.skip_interim())
        ec = co_await connection.read(reply.parser(), Until::end);
    if (exchange.ended)
        co_return exchange.failure(*exchange.ended, {});
    if (const auto fault = reply_fault(ec))
        co_return exchange.failure(Kind::bad_reply, *fault);
    if (ec)
        co_return exchange.failure(Kind::broken, "the connection to " + destination.origin.authority()
                                                     + " broke before the reply was complete ("
                                                     + (not_written ? not_written : ec).message() + ")");
    if (const auto fault = reply.fault())
        co_return exchange.failure(Kind::bad_reply, *fault);
    co_return reply.take(static_cast<std::int64_t>(std::time(nullptr)), request_id_headers);
}

} // namespace job_engine
