// What an exchange's end means for a connection that is being opened.
#include "http/http_connect.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <optional>

namespace job_engine {
namespace {

using boost::asio::ip::tcp;
using Kind = TransportFailure::Kind;

class OpenConnection : public ::testing::Test {
protected:
    OpenConnection() { acceptor_.non_blocking(true); }

    std::optional<TransportFailure> open() {
        std::optional<TransportFailure> out;
        boost::asio::co_spawn(io_, open_connection(connection_, destination_, resolver_, *exchange_),
                              [&](const std::exception_ptr& defect, std::optional<TransportFailure> failure) {
                                  EXPECT_EQ(defect, nullptr);
                                  out = std::move(failure);
                              });
        io_.run();
        return out;
    }

    bool somebody_connected() {
        tcp::socket peer(io_);
        boost::system::error_code error;
        acceptor_.accept(peer, error);
        return !error;
    }

    boost::asio::io_context io_;
    tcp::acceptor acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
    Resolver resolver_;
    HttpConnection connection_{io_};
    const Origin origin_{.tls = false, .host = "127.0.0.1", .port = acceptor_.local_endpoint().port()};
    const std::optional<Proxy> no_proxy_;
    const Destination destination_{origin_, no_proxy_};
    std::shared_ptr<HttpExchange> exchange_ = std::make_shared<HttpExchange>(io_.get_executor());
};

TEST_F(OpenConnection, LeavesNothingThatTouchesTheConnection) {
    EXPECT_FALSE(open());
    EXPECT_TRUE(somebody_connected());
    EXPECT_FALSE(exchange_->cancel_handler) << "the connection may go before the exchange";
}

TEST_F(OpenConnection, BeginsNoStepOnceItsExchangeHasEnded) {
    exchange_->end(Kind::timed_out);
    const auto failure = open();
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->kind, Kind::timed_out);
    EXPECT_FALSE(connection_.socket.is_open());
    EXPECT_FALSE(somebody_connected());
}

} // namespace
} // namespace job_engine
