#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdint>
#include <functional>
#include <thread>

namespace test_support {

// How the coroutines of the test servers wait: for a tuple that begins with the error code.
inline constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);

// Accepts on an ephemeral port of 127.0.0.1 and serves every connection on one thread of its own. As the
// last member of its owner it ends first: the destructor joins, and destroys what is still being served.
class LoopbackListener {
public:
    using Serve = std::function<boost::asio::awaitable<void>(boost::asio::ip::tcp::socket)>;

    explicit LoopbackListener(Serve serve);
    LoopbackListener(const LoopbackListener&) = delete;
    LoopbackListener& operator=(const LoopbackListener&) = delete;
    ~LoopbackListener();

    std::uint16_t port() const { return port_; }

    // Runs the function on the thread and waits for it. Not to be called on that thread.
    void run_on_thread(const std::function<void()>& function);
    // Connections are refused from here on. On the thread only.
    void close();
    // Listens on the same port again. On the thread only.
    void open();

private:
    boost::asio::awaitable<void> accept_all();

    Serve serve_;
    boost::asio::io_context io_{1};
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_; // while it is closed
    std::uint16_t port_ = 0;                                                        // 0: any
    std::thread thread_;
};

} // namespace test_support
