#include "loopback_listener.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <utility>

namespace test_support {

namespace asio = boost::asio;
using asio::ip::tcp;

LoopbackListener::LoopbackListener(Serve serve)
    : serve_(std::move(serve)), acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
      port_(acceptor_.local_endpoint().port()) {
    asio::co_spawn(io_, accept_all(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
}

LoopbackListener::~LoopbackListener() {
    io_.stop();
    thread_.join();
}

asio::awaitable<void> LoopbackListener::accept_all() {
    for (;;) {
        auto [ec, socket] = co_await acceptor_.async_accept(token);
        if (ec) { // out of file descriptors: the waiting connection is taken later
            asio::steady_timer pause(io_, std::chrono::milliseconds(10));
            co_await pause.async_wait(token);
        } else {
            asio::co_spawn(io_, serve_(std::move(socket)), asio::detached);
        }
    }
}

} // namespace test_support
