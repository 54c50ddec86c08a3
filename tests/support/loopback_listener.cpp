#include "loopback_listener.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <future>
#include <utility>

namespace test_support {

namespace asio = boost::asio;
using asio::ip::tcp;

LoopbackListener::LoopbackListener(Serve serve)
    : serve_(std::move(serve)), acceptor_(io_), work_(io_.get_executor()) {
    open();
    port_ = acceptor_.local_endpoint().port();
    thread_ = std::thread([this] { io_.run(); });
}

LoopbackListener::~LoopbackListener() {
    io_.stop();
    thread_.join();
}

void LoopbackListener::run_on_thread(const std::function<void()>& function) {
    std::promise<void> done;
    asio::post(io_, [&] {
        function();
        done.set_value();
    });
    done.get_future().wait();
}

void LoopbackListener::open() {
    const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port_);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen();
    asio::co_spawn(io_, accept_all(), asio::detached);
}

void LoopbackListener::close() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
}

asio::awaitable<void> LoopbackListener::accept_all() {
    for (;;) {
        auto [ec, socket] = co_await acceptor_.async_accept(token);
        if (ec == asio::error::operation_aborted) // closed; once open again, another accept_all() runs
            co_return;
        if (ec) { // out of file descriptors: the waiting connection is taken later
            asio::steady_timer pause(io_, std::chrono::milliseconds(10));
            co_await pause.async_wait(token);
        } else {
            asio::co_spawn(io_, serve_(std::move(socket)), asio::detached);
        }
    }
}

} // namespace test_support
