#include "http/server.hpp"

#include "base/log.hpp"
#include "http/http_session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <utility>

namespace sandbox {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr int max_connections = 1024;
constexpr std::chrono::milliseconds pause_after_failure{100};

// Shared by the accepting coroutine and the sessions' completions.
struct Connections {
    explicit Connections(const asio::any_io_executor& executor)
        : one_ended(executor, asio::steady_timer::time_point::max()) {}

    int open = 0;
    asio::steady_timer one_ended; // cancelled when a connection ends
};

} // namespace

Server::Server(asio::io_context& context, const asio::ip::address& address, std::uint16_t port,
               TlsContext tls, Handler handler)
    : context_(context), acceptor_(context, tcp::endpoint(address, port)), tls_(std::move(tls)),
      handler_(std::move(handler)) {}

std::string Server::base_url() const {
    const auto local = acceptor_.local_endpoint();
    const std::string address = local.address().to_string();
    return (tls_ ? "https://" : "http://") + (local.address().is_v6() ? "[" + address + "]" : address) + ":"
           + std::to_string(local.port());
}

void Server::start() {
    asio::co_spawn(context_, accept_connections(), asio::detached);
}

asio::awaitable<void> Server::accept_connections() {
    const auto connections = std::make_shared<Connections>(context_.get_executor());
    boost::system::error_code error;
    for (;;) {
        while (connections->open >= max_connections)
            co_await connections->one_ended.async_wait(asio::redirect_error(asio::use_awaitable, error));
        tcp::socket socket =
            co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (error) { // out of file descriptors, or the client gave up: neither may end the server
            log("accept: " + error.message());
            asio::steady_timer pause(context_, pause_after_failure);
            co_await pause.async_wait(asio::use_awaitable);
            continue;
        }
        ++connections->open;
        asio::co_spawn(context_, run_session(std::move(socket), tls_.get(), handler_),
                       [connections](const std::exception_ptr& failure) {
                           --connections->open;
                           connections->one_ended.cancel();
                           try {
                               if (failure)
                                   std::rethrow_exception(failure);
                           } catch (const std::exception& reason) {
                               log(std::string("session: ") + reason.what());
                           }
                       });
    }
}

} // namespace sandbox
