#include "scripted_server.hpp"

#include "loopback_listener.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <cctype>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <set>
#include <string_view>

namespace test_support {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr std::string_view bad_request =
    "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
constexpr std::uint64_t max_request = std::uint64_t{64} << 20;
constexpr std::size_t filler_piece = std::size_t{16} << 10;

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower;
}

Request read_request(const http::request<http::string_body>& from, std::uint64_t connection) {
    Request request;
    request.method = std::string(from.method_string());
    request.target = std::string(from.target());
    for (const auto& field : from)
        request.headers[lower_case(field.name_string())] = std::string(field.value());
    request.body = from.body();
    request.connection = connection;
    request.at = std::chrono::steady_clock::now();
    return request;
}

std::string bytes_of(const Reply& reply) {
    if (reply.raw)
        return *reply.raw;
    std::string bytes = "HTTP/1.1 " + std::to_string(reply.status) + " Scripted\r\n";
    for (const auto& [name, value] : reply.headers)
        bytes.append(name).append(": ").append(value).append("\r\n");
    return bytes + "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
}

asio::awaitable<void> sleep_for(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(token);
}

} // namespace

std::string Request::header(std::string_view lower_case_name) const {
    const auto found = headers.find(std::string(lower_case_name));
    return found != headers.end() ? found->second : std::string();
}

Reply json_reply(int status, std::string body, Reply::Headers more_headers) {
    Reply reply;
    reply.status = status;
    reply.headers = std::move(more_headers);
    reply.headers.emplace(reply.headers.begin(), "Content-Type", "application/json");
    reply.body = std::move(body);
    return reply;
}

Reply no_reply(Reply::Then then) {
    Reply reply;
    reply.raw = "";
    reply.then = then;
    return reply;
}

class ScriptedServer::Implementation {
public:
    Implementation(Handler handler, SslContext tls, Requests requests)
        : handler_(std::move(handler)), tls_(std::move(tls)), keeps_requests_(requests == Requests::kept),
          listener_([this](tcp::socket socket) { return serve(std::move(socket)); }) {}

    std::uint16_t port() const { return listener_.port(); }
    bool uses_tls() const { return tls_ != nullptr; }

    void refuse_connections() {
        listener_.run_on_thread([this] {
            listener_.close();
            boost::system::error_code ignored;
            for (auto* socket : sockets_) {
                socket->set_option(asio::socket_base::linger(true, 0), ignored);
                socket->close(ignored);
            }
        });
    }
    void accept_connections() {
        listener_.run_on_thread([this] { listener_.open(); });
    }

    std::vector<Request> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    bool wait_for_requests(std::size_t count, std::chrono::milliseconds timeout) const {
        std::unique_lock lock(mutex_);
        return request_came_.wait_for(lock, timeout, [&] { return requests_.size() >= count; });
    }
    std::size_t connections_accepted() const {
        const std::lock_guard lock(mutex_);
        return accepted_;
    }
    std::size_t max_connections_open() const {
        const std::lock_guard lock(mutex_);
        return max_open_;
    }

private:
    asio::awaitable<void> serve(tcp::socket accepted) {
        tcp::socket socket = std::move(accepted);
        sockets_.insert(&socket);
        std::uint64_t number = 0;
        {
            const std::lock_guard lock(mutex_);
            number = ++accepted_;
            max_open_ = std::max(max_open_, ++open_);
        }
        boost::system::error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        if (tls_ != nullptr) {
            asio::ssl::stream<tcp::socket&> stream(socket, SSL_new(tls_.get()));
            auto [ec] = co_await stream.async_handshake(asio::ssl::stream_base::server, token);
            if (!ec)
                co_await answer_all(stream, socket, number);
        } else {
            co_await answer_all(socket, socket, number);
        }
        socket.close(ignored);
        sockets_.erase(&socket);
        const std::lock_guard lock(mutex_);
        --open_;
    }

    template <class Stream>
    asio::awaitable<void> answer_all(Stream& stream, tcp::socket& socket, std::uint64_t number) {
        boost::beast::flat_buffer buffer;
        bool is_silent = false;
        for (;;) {
            http::request_parser<http::string_body> parser;
            parser.body_limit(max_request);
            auto [ec, bytes] = co_await http::async_read(stream, buffer, parser, token);
            if (ec == http::error::end_of_stream || ec == http::error::partial_message || (ec && is_silent))
                co_return;
            if (ec) { // what servers say to TLS on a plain port, among other things
                co_await asio::async_write(stream, asio::buffer(bad_request), token);
                co_return;
            }
            if (is_silent)
                continue;
            auto reply = reply_to(read_request(parser.get(), number));
            while (reply.hold.count() > 0) {
                co_await sleep_for(std::exchange(reply.hold, {}));
                if (reply.after_hold)
                    reply = reply.after_hold();
            }
            if (!co_await send(stream, reply))
                co_return;
            is_silent = reply.then == Reply::Then::fall_silent; // until the peer gives up
            if (reply.then == Reply::Then::reset) {
                boost::system::error_code ignored;
                socket.set_option(asio::socket_base::linger(true, 0), ignored);
            }
            if (reply.then == Reply::Then::reset || reply.then == Reply::Then::close)
                co_return;
        }
    }

    Reply reply_to(Request request) {
        Reply reply;
        try {
            reply = handler_(request);
        } catch (const std::exception& defect) {
            reply = json_reply(599, defect.what());
        }
        if (!keeps_requests_)
            return reply;
        const std::lock_guard lock(mutex_);
        requests_.push_back(std::move(request));
        request_came_.notify_all();
        return reply;
    }

    template <class Stream>
    static asio::awaitable<bool> send(Stream& stream, const Reply& reply) {
        const auto bytes = bytes_of(reply);
        const auto piece = reply.drip_bytes > 0 ? reply.drip_bytes : bytes.size();
        for (std::size_t sent = 0; sent < bytes.size(); sent += piece) {
            if (sent > 0)
                co_await sleep_for(reply.drip_interval);
            const auto length = std::min(piece, bytes.size() - sent);
            auto [ec, written] =
                co_await asio::async_write(stream, asio::buffer(bytes.data() + sent, length), token);
            if (ec)
                co_return false;
        }
        if (reply.filler == 0)
            co_return true;
        std::string filler(filler_piece, ' ');
        if (reply.filler_in_chunks)
            filler = "4000\r\n" + filler + "\r\n";
        for (std::size_t sent = 0; sent < reply.filler; sent += filler_piece) {
            auto [ec, written] = co_await asio::async_write(stream, asio::buffer(filler), token);
            if (ec)
                co_return false;
        }
        co_return true;
    }

    Handler handler_;
    SslContext tls_;
    const bool keeps_requests_;
    std::set<tcp::socket*> sockets_; // being served; the thread's
    mutable std::mutex mutex_;       // of what follows
    mutable std::condition_variable request_came_;
    std::vector<Request> requests_;
    std::size_t accepted_ = 0;
    std::size_t open_ = 0;
    std::size_t max_open_ = 0;
    LoopbackListener listener_; // last: it serves with all of the above
};

ScriptedServer::ScriptedServer(Handler handler, Requests requests)
    : implementation_(std::make_unique<Implementation>(std::move(handler), nullptr, requests)) {}

ScriptedServer::ScriptedServer(Handler handler, const Certificate& identity)
    : ScriptedServer(std::move(handler), make_server_context(identity)) {}

ScriptedServer::ScriptedServer(Handler handler, SslContext tls)
    : implementation_(std::make_unique<Implementation>(std::move(handler), std::move(tls), Requests::kept)) {}

ScriptedServer::~ScriptedServer() = default;

std::uint16_t ScriptedServer::port() const {
    return implementation_->port();
}

std::string ScriptedServer::base_url() const {
    return base_url("127.0.0.1");
}

std::string ScriptedServer::base_url(const std::string& host) const {
    return (implementation_->uses_tls() ? "https://" : "http://") + host + ":" + std::to_string(port());
}

void ScriptedServer::refuse_connections() {
    implementation_->refuse_connections();
}

void ScriptedServer::accept_connections() {
    implementation_->accept_connections();
}

std::vector<Request> ScriptedServer::requests() const {
    return implementation_->requests();
}

std::vector<Request> ScriptedServer::requests(std::string_view method, std::string_view target_prefix) const {
    auto all = requests();
    std::erase_if(all, [&](const Request& request) {
        return request.method != method || !request.target.starts_with(target_prefix);
    });
    return all;
}

bool ScriptedServer::wait_for_requests(std::size_t count, std::chrono::milliseconds timeout) const {
    return implementation_->wait_for_requests(count, timeout);
}

std::size_t ScriptedServer::connections_accepted() const {
    return implementation_->connections_accepted();
}

std::size_t ScriptedServer::max_connections_open() const {
    return implementation_->max_connections_open();
}

} // namespace test_support
