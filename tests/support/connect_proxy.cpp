#include "connect_proxy.hpp"

#include "loopback_listener.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <openssl/evp.h>

#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

namespace test_support {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

std::string basic_authorization(const std::string& credentials) {
    std::vector<unsigned char> encoded(credentials.size() / 3 * 4 + 5, 0);
    const std::vector<unsigned char> plain(credentials.begin(), credentials.end());
    const auto length = EVP_EncodeBlock(encoded.data(), plain.data(), static_cast<int>(plain.size()));
    return "Basic " + std::string(encoded.begin(), encoded.begin() + length);
}

using SharedSocket = std::shared_ptr<tcp::socket>;

asio::awaitable<void> forward(tcp::socket& from, tcp::socket& to) {
    boost::beast::flat_buffer buffer;
    for (;;) {
        auto [ec, length] = co_await from.async_read_some(buffer.prepare(16384), token);
        if (ec)
            co_return;
        buffer.commit(length);
        auto [write_error, written] = co_await asio::async_write(to, buffer.data(), token);
        if (write_error)
            co_return;
        buffer.consume(written);
    }
}

// The end of one direction ends the tunnel.
asio::awaitable<void> copy(SharedSocket from, SharedSocket to) {
    co_await forward(*from, *to);
    boost::system::error_code ignored;
    from->close(ignored);
    to->close(ignored);
}

} // namespace

class ConnectProxy::Implementation {
public:
    Implementation(const std::string& credentials, const std::string& behind)
        : authorization_(credentials.empty() ? std::string() : basic_authorization(credentials)),
          established_("HTTP/1.1 200 Connection established\r\n\r\n" + behind),
          listener_([this](tcp::socket client) {
              return serve(std::make_shared<tcp::socket>(std::move(client)));
          }) {}

    std::uint16_t port() const { return listener_.port(); }
    std::vector<std::string> connect_targets() const {
        const std::lock_guard lock(mutex_);
        return targets_;
    }
    std::size_t tunnels_opened() const {
        const std::lock_guard lock(mutex_);
        return tunnels_;
    }

private:
    asio::awaitable<void> serve(SharedSocket client) {
        boost::beast::flat_buffer buffer;
        http::request_parser<http::empty_body> parser;
        auto [ec, bytes] = co_await http::async_read_header(*client, buffer, parser, token);
        if (ec)
            co_return;
        const std::string target(parser.get().target());
        const std::string shown(parser.get()[http::field::proxy_authorization]);
        {
            const std::lock_guard lock(mutex_);
            targets_.push_back(target);
        }
        if (!authorization_.empty() && shown != authorization_)
            co_return co_await say(client, "HTTP/1.1 407 Proxy Authentication Required\r\n"
                                           "Proxy-Authenticate: Basic realm=\"test\"\r\n"
                                           "Content-Length: 0\r\n\r\n");
        const auto colon = target.rfind(':');
        const auto port = static_cast<std::uint16_t>(std::stoul(target.substr(colon + 1)));
        const auto server = std::make_shared<tcp::socket>(client->get_executor());
        auto [unreachable] = co_await server->async_connect({asio::ip::address_v4::loopback(), port}, token);
        if (unreachable)
            co_return co_await say(client, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
        {
            const std::lock_guard lock(mutex_);
            ++tunnels_;
        }
        co_await say(client, established_);
        asio::co_spawn(client->get_executor(), copy(client, server), asio::detached);
        co_await copy(server, client);
    }

    static asio::awaitable<void> say(SharedSocket client, std::string_view text) {
        auto [ec, bytes] = co_await asio::async_write(*client, asio::buffer(text), token);
        if (ec)
            client->close(ec);
    }

    const std::string authorization_;
    const std::string established_;
    mutable std::mutex mutex_; // of what follows
    std::vector<std::string> targets_;
    std::size_t tunnels_ = 0;
    LoopbackListener listener_; // last: it serves with all of the above
};

ConnectProxy::ConnectProxy(const std::string& credentials, const std::string& behind)
    : implementation_(std::make_unique<Implementation>(credentials, behind)) {}

ConnectProxy::~ConnectProxy() = default;

std::uint16_t ConnectProxy::port() const {
    return implementation_->port();
}

std::vector<std::string> ConnectProxy::connect_targets() const {
    return implementation_->connect_targets();
}

std::size_t ConnectProxy::tunnels_opened() const {
    return implementation_->tunnels_opened();
}

} // namespace test_support
