#pragma once

#include "http/http_connect.hpp"
#include "http/http_exchange.hpp"
#include "http/http_message.hpp"
#include "http/request_text.hpp"
#include "http/resolver.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace job_engine {

using Answered = std::variant<HttpReply, TransportFailure>;

// Sends a request whose body lies in pieces, which are not copied, on a connection of its own, and reads the
// reply. For few and large requests. request_id_headers: see HttpReplyParser::take. What it is given must
// outlive the wait.
boost::asio::awaitable<Answered> send_pieces(boost::asio::io_context& io, const Destination& destination,
                                             const RequestText& head,
                                             const std::vector<std::string_view>& body,
                                             const std::vector<std::string>& request_id_headers,
                                             Resolver& resolver, HttpExchange& exchange);

} // namespace job_engine
