#include "http/http_connection.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

namespace job_engine {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

// A reply about a job fits, a longer one takes more turns.
constexpr std::size_t read_piece = std::size_t{4} * 1024;

} // namespace

// A connection that is simply dropped does not make its TLS session unfit to be resumed.
HttpConnection::~HttpConnection() {
    if (tls != nullptr)
        SSL_set_shutdown(tls->native_handle(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

asio::awaitable<error_code> HttpConnection::write(asio::const_buffer bytes) {
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    if (tls != nullptr)
        co_await asio::async_write(*tls, bytes, token);
    else
        co_await asio::async_write(socket, bytes, token);
    co_return error;
}

asio::awaitable<error_code> HttpConnection::read(Parser& parser, Until until) {
    for (;;) {
        error_code error = feed(parser, buffer, until);
        if (error != http::error::need_more)
            co_return error;
        const auto free = space();
        if (free.size() == 0)
            co_return http::error::buffer_overflow;
        error.clear();
        auto token = asio::redirect_error(asio::use_awaitable, error);
        std::size_t count = 0; // not one expression: GCC 12 miscompiles co_await in a conditional
        if (tls != nullptr)
            count = co_await tls->async_read_some(free, token);
        else
            count = co_await socket.async_read_some(free, token);
        error = put(count, error, parser);
        if (error)
            co_return error;
    }
}

asio::mutable_buffer HttpConnection::space() {
    return buffer.prepare(std::min(read_piece, buffer.max_size() - buffer.size()));
}

error_code HttpConnection::put(std::size_t count, error_code error, Parser& parser) {
    buffer.commit(count);
    if (error != asio::error::eof)
        return error;
    if (!parser.got_some())
        return http::error::end_of_stream;
    error.clear();
    parser.put_eof(error); // the end of a body without a length, or partial_message
    return error;
}

bool HttpConnection::has_leftovers() const {
    if (buffer.size() > 0)
        return true;
    if (tls == nullptr)
        return false;
    // Asio puts all that it receives into this BIO before it receives more.
    const auto* ssl = tls->native_handle();
    return SSL_has_pending(ssl) == 1 || BIO_ctrl_pending(SSL_get_rbio(ssl)) > 0;
}

bool HttpConnection::is_quiet() {
    if (has_leftovers())
        return false;
    char byte = 0;
    const auto received = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void HttpConnection::close() {
    error_code ignored;
    socket.close(ignored);
}

} // namespace job_engine
