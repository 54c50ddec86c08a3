#pragma once

#include "http/handler.hpp"
#include "http/tls.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>

namespace sandbox {

// Accepts connections and runs their sessions on the io_context, at most 1024 at once; further ones wait
// in the system's backlog.
class Server {
public:
    // Binds and listens. Throws boost::system::system_error. A null `tls` means plain HTTP.
    // What the handler uses must outlive the running of the io_context.
    Server(boost::asio::io_context& context, const boost::asio::ip::address& address, std::uint16_t port,
           TlsContext tls, Handler handler);

    void start();

    std::string base_url() const; // "http://127.0.0.1:8788"

private:
    boost::asio::awaitable<void> accept_connections();

    boost::asio::io_context& context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    TlsContext tls_;
    Handler handler_;
};

} // namespace sandbox
