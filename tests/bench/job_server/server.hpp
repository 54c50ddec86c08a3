#pragma once

#include "job_api.hpp"
#include "job_book.hpp"
#include "server_tls.hpp"
#include "traffic.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <string>

namespace job_server {

struct Options {
    Durations durations;
    bool names_end = false;
    bool tls = false;
    std::string ca_out;
    std::size_t warm_up = 0;
    std::uint64_t seed = 1;
};

// Accepts on 127.0.0.1, at a port that the system chooses.
class Server {
public:
    Server(boost::asio::io_context& context, const Options& options);

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    const JobBook& book() const noexcept { return book_; }
    const Traffic& traffic() const noexcept { return traffic_; }

private:
    void accept();
    void serve(boost::asio::ip::tcp::socket socket);

    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer pause_;
    test_support::SslContext tls_; // none: plain
    JobBook book_;
    Traffic traffic_;
    JobApi api_;
};

} // namespace job_server
