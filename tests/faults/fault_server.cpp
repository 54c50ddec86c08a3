#include "fault_server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <cctype>
#include <future>
#include <loopback_listener.hpp>
#include <set>
#include <thread>
#include <utility>

namespace faults {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using test_support::token;

constexpr std::size_t filler_piece = std::size_t{16} << 10;

Request read_request(const http::request<http::string_body>& from) {
    Request request;
    request.method = std::string(from.method_string());
    request.target = std::string(from.target());
    for (const auto& field : from) {
        std::string name(field.name_string());
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        request.headers[name] = std::string(field.value());
    }
    request.body = from.body();
    return request;
}

asio::awaitable<void> sleep_for(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(token);
}

asio::awaitable<bool> send(tcp::socket& socket, const Reply& reply) {
    std::string filler(filler_piece, ' ');
    if (reply.filler_in_chunks)
        filler = "4000\r\n" + filler + "\r\n";
    const auto length = reply.bytes.size();
    const auto piece = reply.interval.count() > 0 ? std::size_t{1} : length;
    for (std::size_t sent = 0; sent < length + reply.filler;) {
        if (sent > 0)
            co_await sleep_for(reply.interval);
        const bool is_filler = sent >= length;
        auto [ec, bytes] = co_await asio::async_write(
            socket, is_filler ? asio::buffer(filler) : asio::buffer(reply.bytes.data() + sent, piece), token);
        if (ec)
            co_return false;
        sent += is_filler ? filler_piece : piece;
    }
    co_return true;
}

} // namespace

std::string http_message(int status, const std::string& body, const std::string& more_headers) {
    return "HTTP/1.1 " + std::to_string(status) + " Scripted\r\nContent-Type: application/json\r\n"
           + more_headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

Reply reply_with(int status, const std::string& body, const std::string& more_headers) {
    Reply reply;
    reply.bytes = http_message(status, body, more_headers);
    return reply;
}

Reply no_reply(Reply::Then then) {
    Reply reply;
    reply.then = then;
    return reply;
}

class FaultServer::Implementation {
public:
    explicit Implementation(Handler handler)
        : handler_(std::move(handler)), acceptor_(io_), work_(io_.get_executor()) {
        listen(0);
        port_ = acceptor_.local_endpoint().port();
        thread_ = std::thread([this] { io_.run(); });
    }
    Implementation(const Implementation&) = delete;
    Implementation& operator=(const Implementation&) = delete;
    ~Implementation() {
        io_.stop();
        thread_.join();
    }

    std::uint16_t port() const { return port_; }

    void refuse_connections() {
        on_its_thread([this] {
            boost::system::error_code ignored;
            acceptor_.close(ignored);
            for (auto* socket : sockets_) {
                socket->set_option(asio::socket_base::linger(true, 0), ignored);
                socket->close(ignored);
            }
        });
    }
    void accept_connections() {
        on_its_thread([this] { listen(port_); });
    }

private:
    template <class Function>
    void on_its_thread(Function function) {
        std::promise<void> done;
        asio::post(io_, [&] {
            function();
            done.set_value();
        });
        done.get_future().wait();
    }

    void listen(std::uint16_t port) {
        const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
        acceptor_.open(endpoint.protocol());
        acceptor_.set_option(tcp::acceptor::reuse_address(true));
        acceptor_.bind(endpoint);
        acceptor_.listen(1024);
        asio::co_spawn(io_, accept_all(), asio::detached);
    }

    asio::awaitable<void> accept_all() {
        while (acceptor_.is_open()) {
            auto [ec, socket] = co_await acceptor_.async_accept(token);
            if (!ec)
                asio::co_spawn(io_, serve(std::move(socket)), asio::detached);
            else if (ec != asio::error::operation_aborted) // out of file descriptors: taken later
                co_await sleep_for(std::chrono::milliseconds(10));
            else
                co_return;
        }
    }

    asio::awaitable<void> serve(tcp::socket accepted) {
        tcp::socket socket = std::move(accepted);
        sockets_.insert(&socket);
        co_await answer_all(socket);
        sockets_.erase(&socket);
    }

    asio::awaitable<void> answer_all(tcp::socket& socket) {
        boost::system::error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        boost::beast::flat_buffer buffer;
        bool is_silent = false;
        for (;;) {
            http::request<http::string_body> wire;
            auto [ec, bytes] = co_await http::async_read(socket, buffer, wire, token);
            if (ec)
                co_return;
            if (is_silent)
                continue;
            auto reply = handler_(read_request(wire));
            while (reply.hold.count() > 0) {
                co_await sleep_for(std::exchange(reply.hold, {}));
                if (reply.after_hold)
                    reply = reply.after_hold();
            }
            if (!co_await send(socket, reply))
                co_return;
            if (reply.then == Reply::Then::keep_open)
                continue;
            if (reply.then == Reply::Then::reset)
                socket.set_option(asio::socket_base::linger(true, 0), ignored);
            if (reply.then != Reply::Then::fall_silent)
                co_return;
            is_silent = true; // until the peer gives up
        }
    }

    Handler handler_;
    asio::io_context io_{1};
    tcp::acceptor acceptor_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::uint16_t port_ = 0;
    std::set<tcp::socket*> sockets_;
    std::thread thread_;
};

FaultServer::FaultServer(Handler handler)
    : implementation_(std::make_unique<Implementation>(std::move(handler))) {}

FaultServer::~FaultServer() = default;

std::uint16_t FaultServer::port() const {
    return implementation_->port();
}

std::string FaultServer::base_url() const {
    return "http://127.0.0.1:" + std::to_string(port());
}

void FaultServer::refuse_connections() {
    implementation_->refuse_connections();
}

void FaultServer::accept_connections() {
    implementation_->accept_connections();
}

} // namespace faults
