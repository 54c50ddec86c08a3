#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <openssl/ssl.h>

#include <chrono>
#include <cstddef>
#include <memory>

namespace sandbox {

// A connection's bytes, plain or under TLS. Every operation ends within the time it is given, or with
// beast::error::timeout.
class ByteStream {
public:
    using error_code = boost::system::error_code;
    using Duration = std::chrono::milliseconds;

    // `tls` null: plain.
    ByteStream(boost::asio::ip::tcp::socket socket, SSL_CTX* tls);

    // The server's side of the TLS handshake; nothing to do for a plain connection.
    boost::asio::awaitable<error_code> handshake(Duration time);

    // At least one byte, or an error (asio::error::eof at the end).
    boost::asio::awaitable<std::size_t> read_some(boost::asio::mutable_buffer space, Duration time,
                                                  error_code& error);

    // All of the bytes, or an error.
    boost::asio::awaitable<error_code> write(boost::asio::const_buffer bytes, Duration time);

    // Ends the sending side, and discards what the client still sends: closing a socket with unread input
    // resets the connection, and the client may lose the last answer.
    boost::asio::awaitable<void> close_gently(Duration time);

    // Ends the connection with a reset.
    void reset();

    boost::asio::any_io_executor executor() { return tcp_.get_executor(); }

private:
    using Tls = boost::asio::ssl::stream<boost::beast::tcp_stream&>;

    boost::beast::tcp_stream tcp_;
    std::unique_ptr<Tls> tls_;
};

} // namespace sandbox
