#include "http/http_fetch.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>

#include <utility>

namespace job_engine {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Kind = TransportFailure::Kind;

asio::awaitable<Fetched> fetch_first_bytes(asio::io_context& io, const Destination& destination,
                                           const RequestText& request, std::size_t body_bytes,
                                           const char* server, Resolver& resolver, HttpExchange& exchange) {
    HttpConnection connection(io);
    if (auto failure = co_await open_connection(connection, destination, resolver, exchange))
        co_return *std::move(failure);

    exchange.set_stage(server, &destination.origin);
    const ScopedCancelHandler interruption(exchange, [&connection] { connection.close(); });
    auto ec = co_await connection.write(asio::buffer(request));
    http::response_parser<http::string_body> parser;
    parser.header_limit(http_header_limit);
    parser.body_limit(boost::none); // it is left as soon as the first bytes are there
    if (!ec)
        ec = co_await connection.read(parser, Until::header);
    const bool has_body =
        !ec && http::to_status_class(parser.get().result()) == http::status_class::successful;
    while (has_body && !ec && !parser.is_done() && parser.get().body().size() < body_bytes)
        ec = co_await connection.read(parser, Until::more);
    if (exchange.ended || !parser.is_header_done())
        co_return exchange.failure(Kind::broken, destination.origin.authority() + " gave no usable answer ("
                                                     + ec.message() + ")");
    co_return parser.release();
}

} // namespace job_engine
