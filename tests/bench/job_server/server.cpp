#include "server.hpp"

#include "connection.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <utility>

namespace job_server {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

test_support::SslContext make_tls(const std::string& ca_out) {
    const auto authority = test_support::make_authority("Authority of the benchmark");
    auto context = test_support::make_server_context(test_support::make_leaf(authority));
    std::ofstream file(ca_out);
    file << authority.certificate_pem << std::flush;
    if (!file)
        throw std::runtime_error("the authority's certificate cannot be written to " + ca_out);
    return context;
}

} // namespace

Server::Server(asio::io_context& context, const Options& options)
    : acceptor_(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)), pause_(context),
      book_(options.durations, options.warm_up, options.seed),
      api_(book_, options.names_end,
           (options.tls ? "https://127.0.0.1:" : "http://127.0.0.1:")
               + std::to_string(acceptor_.local_endpoint().port())) {
    if (options.tls)
        tls_ = make_tls(options.ca_out);
    accept();
}

void Server::accept() {
    acceptor_.async_accept([this](boost::system::error_code ec, tcp::socket socket) {
        if (ec == asio::error::operation_aborted)
            return;
        if (!ec) {
            serve(std::move(socket));
            return accept();
        }
        // Out of file descriptors: the client waits in the backlog until another has closed.
        ++traffic_.refused_accepts;
        pause_.expires_after(std::chrono::milliseconds(5));
        pause_.async_wait([this](boost::system::error_code waited) {
            if (!waited)
                accept();
        });
    });
}

void Server::serve(tcp::socket socket) {
    boost::system::error_code ec;
    socket.set_option(tcp::no_delay(true), ec);
    socket.non_blocking(true, ec);
    if (tls_) // the stream takes the SSL over
        std::make_shared<Connection<TlsStream>>(TlsStream(std::move(socket), SSL_new(tls_.get())), api_,
                                                traffic_)
            ->start();
    else
        std::make_shared<Connection<PlainStream>>(std::move(socket), api_, traffic_)->start();
    // Behind what is at hand: a client that closed a connection before it opened this one never had both.
    asio::post(acceptor_.get_executor(), [this] { traffic_.note_peak(); });
}

} // namespace job_server
