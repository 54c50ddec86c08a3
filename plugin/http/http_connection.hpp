#pragma once

#include "http/http_reply.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

namespace job_engine {

// One connection to an HTTP server, plain or TLS. For one coroutine at a time.
struct HttpConnection {
    using Socket = boost::asio::ip::tcp::socket;
    using Parser = boost::beast::http::basic_parser<false>;

    explicit HttpConnection(boost::asio::io_context& io) : socket(io) {}
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;
    ~HttpConnection();

    // All of the bytes, or an error.
    boost::asio::awaitable<boost::system::error_code> write(boost::asio::const_buffer bytes);
    // Feeds the parser, see feed(). Besides the errors of the connection and of Beast's parser: end_of_stream
    // before the first byte, partial_message at an end in the middle.
    boost::asio::awaitable<boost::system::error_code> read(Parser& parser, Until until);

    // The same for who reads by himself: where the next bytes go, empty when no more of them are wanted; and
    // what came of reading them.
    boost::asio::mutable_buffer space();
    boost::system::error_code put(std::size_t count, boost::system::error_code error, Parser& parser);

    // Whether something that was received waits behind what was read, also still encrypted.
    bool has_leftovers() const;
    // Whether the peer has neither closed it nor said something out of turn.
    bool is_quiet();
    // Ends every operation under way.
    void close();

    Socket socket;
    std::unique_ptr<boost::asio::ssl::stream<Socket&>> tls; // set once TLS is spoken
    boost::beast::flat_buffer buffer{http_buffer_limit};
    std::optional<HttpReplyParser>
        reply; // the one that is being read: a request that waits for a connection has none
    std::chrono::steady_clock::time_point idle_since{};
    bool reused = false;
};

} // namespace job_engine
