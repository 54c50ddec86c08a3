// Places and their order; that connections are used again is shown over real sockets elsewhere.
#include "http/connection_pool.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

namespace job_engine {
namespace {

class ConnectionPoolTest : public ::testing::Test {
protected:
    // A place in the pool, and whether it is its turn.
    struct Request {
        bool granted = false;
        ConnectionPool::Place place;
    };

    std::unique_ptr<Request> request() {
        auto made = std::make_unique<Request>();
        pool_->request([&granted = made->granted] { granted = true; }, made->place);
        return made;
    }

    using tcp = boost::asio::ip::tcp;

    // A connection to this process, and its other end.
    std::unique_ptr<HttpConnection> connected(tcp::socket& peer) {
        tcp::acceptor acceptor(io_, {boost::asio::ip::address_v4::loopback(), 0});
        auto connection = std::make_unique<HttpConnection>(io_);
        connection->socket.connect(acceptor.local_endpoint());
        acceptor.accept(peer);
        return connection;
    }

    boost::asio::io_context io_;
    std::shared_ptr<ConnectionPool> pool_ = std::make_shared<ConnectionPool>(io_, 2);
};

TEST_F(ConnectionPoolTest, GrantsUpToTheLimitAndThenInOrder) {
    const auto first = request();
    const auto second = request();
    const auto third = request();
    const auto fourth = request();
    EXPECT_TRUE(first->granted);
    EXPECT_TRUE(second->granted);
    EXPECT_FALSE(third->granted);
    EXPECT_EQ(first->place.take(false), nullptr) << "there is none to use again";
    first->place.release();
    EXPECT_TRUE(third->granted);
    EXPECT_FALSE(fourth->granted);
}

TEST_F(ConnectionPoolTest, AWithdrawnPlacePassesOn) {
    const auto first = request();
    const auto second = request();
    const auto third = request();
    const auto fourth = request();
    third->place.release(); // while it waits
    first->place.release(); // granted, not taken
    EXPECT_FALSE(third->granted);
    EXPECT_TRUE(fourth->granted);
    EXPECT_FALSE(request()->granted);
}

TEST_F(ConnectionPoolTest, AConnectionThatIsNotOpenIsNotUsedAgain) {
    const auto first = request();
    ASSERT_EQ(first->place.take(false), nullptr);
    first->place.release(std::make_unique<HttpConnection>(io_));
    const auto second = request();
    ASSERT_TRUE(second->granted);
    EXPECT_EQ(second->place.take(false), nullptr);
}

TEST_F(ConnectionPoolTest, AConnectionThatWasUsedJustNowIsUsedAgain) {
    const auto first = request();
    first->place.take(false);
    tcp::socket peer(io_);
    auto connection = connected(peer);
    const auto* given = connection.get();
    first->place.release(std::move(connection));
    const auto second = request();
    EXPECT_EQ(second->place.take(true).get(), given);
}

// Whatever the next request is, what waits there is no reply to it.
TEST_F(ConnectionPoolTest, AConnectionWithSomethingLeftOnItIsNotUsedAgain) {
    for (const bool needs_fresh : {false, true}) {
        for (const bool was_read : {false, true}) {
            const auto first = request();
            first->place.take(false);
            tcp::socket peer(io_);
            auto connection = connected(peer);
            peer.send(boost::asio::buffer("?", 1));
            connection->socket.wait(tcp::socket::wait_read);
            if (was_read)
                connection->buffer.commit(connection->socket.receive(connection->space()));
            first->place.release(std::move(connection));
            const auto second = request();
            EXPECT_EQ(second->place.take(needs_fresh), nullptr) << needs_fresh << was_read;
            second->place.release();
        }
    }
}

TEST_F(ConnectionPoolTest, MayGoWhileItsTimerRuns) {
    const auto first = request();
    first->place.take(false);
    first->place.release(std::make_unique<HttpConnection>(io_));
    pool_.reset();
    io_.run(); // ends at once: the timer went with the pool
    SUCCEED();
}

} // namespace
} // namespace job_engine
