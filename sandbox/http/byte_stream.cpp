#include "http/byte_stream.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <new>
#include <utility>
#include <vector>

namespace sandbox {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t discarded_piece = std::size_t{64} * 1024;

} // namespace

ByteStream::ByteStream(asio::ip::tcp::socket socket, SSL_CTX* tls) : tcp_(std::move(socket)) {
    if (!tls)
        return;
    SSL* const ssl = SSL_new(tls);
    if (!ssl)
        throw std::bad_alloc();
    tls_ = std::make_unique<Tls>(tcp_, ssl); // takes ownership of the SSL
}

asio::awaitable<error_code> ByteStream::handshake(Duration time) {
    error_code error;
    if (tls_) {
        tcp_.expires_after(time);
        co_await tls_->async_handshake(asio::ssl::stream_base::server,
                                       asio::redirect_error(asio::use_awaitable, error));
    }
    co_return error;
}

asio::awaitable<std::size_t> ByteStream::read_some(asio::mutable_buffer space, Duration time,
                                                   error_code& error) {
    auto token = asio::redirect_error(asio::use_awaitable, error);
    tcp_.expires_after(time);
    if (tls_)
        co_return co_await tls_->async_read_some(space, token);
    co_return co_await tcp_.async_read_some(space, token);
}

asio::awaitable<error_code> ByteStream::write(asio::const_buffer bytes, Duration time) {
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    tcp_.expires_after(time);
    if (tls_)
        co_await asio::async_write(*tls_, bytes, token);
    else
        co_await asio::async_write(tcp_, bytes, token);
    co_return error;
}

asio::awaitable<void> ByteStream::close_gently(Duration time) {
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    const auto deadline = std::chrono::steady_clock::now() + time;
    tcp_.expires_at(deadline);
    if (tls_)
        co_await tls_->async_shutdown(token);
    error_code ignored;
    tcp_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    std::vector<char> discarded(discarded_piece);
    error.clear();
    while (!error && std::chrono::steady_clock::now() < deadline) {
        tcp_.expires_at(deadline);
        co_await tcp_.async_read_some(asio::buffer(discarded), token);
    }
}

void ByteStream::reset() {
    error_code ignored;
    tcp_.socket().set_option(asio::socket_base::linger(true, 0), ignored);
    tcp_.socket().close(ignored);
}

} // namespace sandbox
