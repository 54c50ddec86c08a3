#pragma once

#include "http/http_connect.hpp"
#include "http/http_exchange.hpp"
#include "http/request_text.hpp"
#include "http/resolver.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstddef>
#include <variant>

namespace job_engine {

using FetchedReply = boost::beast::http::response<boost::beast::http::string_body>;
using Fetched = std::variant<FetchedReply, TransportFailure>;

// Sends a request on a connection of its own, and reads the reply's header and, of a 2xx, at least
// `body_bytes` of its body or all that there is; then the connection is closed. For replies of any length
// from servers that are not the API's. server: who answers, for the message of a time-out. What it is given
// must outlive the wait.
boost::asio::awaitable<Fetched> fetch_first_bytes(boost::asio::io_context& io, const Destination& destination,
                                                  const RequestText& request, std::size_t body_bytes,
                                                  const char* server, Resolver& resolver,
                                                  HttpExchange& exchange);

} // namespace job_engine
