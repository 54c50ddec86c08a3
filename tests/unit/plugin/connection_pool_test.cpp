// Places and their order; that connections are used again is shown over real sockets elsewhere.
#include "connection_pool.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace pixelml {
namespace {

class ConnectionPoolTest : public ::testing::Test {
protected:
    using TicketPtr = std::shared_ptr<ConnectionPool::Ticket>;

    TicketPtr request() {
        auto ticket = std::make_shared<ConnectionPool::Ticket>(io_.get_executor());
        pool_->request(ticket);
        return ticket;
    }

    boost::asio::io_context io_;
    std::shared_ptr<ConnectionPool> pool_ = std::make_shared<ConnectionPool>(io_, 2);
};

TEST_F(ConnectionPoolTest, GrantsUpToTheLimitAndThenInOrder) {
    const std::vector<TicketPtr> tickets{request(), request(), request(), request()};
    EXPECT_TRUE(tickets[0]->granted);
    EXPECT_TRUE(tickets[1]->granted);
    EXPECT_FALSE(tickets[2]->granted);
    EXPECT_EQ(pool_->take(tickets[0]), nullptr) << "there is none to use again";
    pool_->give_back(nullptr);
    EXPECT_TRUE(tickets[2]->granted);
    EXPECT_FALSE(tickets[3]->granted);
}

TEST_F(ConnectionPoolTest, AWithdrawnTicketPassesItsPlaceOn) {
    const std::vector<TicketPtr> tickets{request(), request(), request(), request()};
    pool_->withdraw(tickets[2]); // while it waits
    pool_->withdraw(tickets[0]); // granted, not taken
    EXPECT_FALSE(tickets[2]->granted);
    EXPECT_TRUE(tickets[3]->granted);
    pool_->withdraw(tickets[0]); // once more changes nothing
    EXPECT_FALSE(request()->granted);
}

TEST_F(ConnectionPoolTest, ATakenTicketIsNotWithdrawnAgain) {
    const auto first = request();
    const auto second = request();
    const auto third = request();
    pool_->take(first);
    pool_->withdraw(first);
    EXPECT_FALSE(third->granted) << "its place is still in use";
    pool_->give_back(nullptr);
    EXPECT_TRUE(third->granted);
    EXPECT_TRUE(second->granted);
}

TEST_F(ConnectionPoolTest, AConnectionThatIsNotOpenIsNotUsedAgain) {
    const auto first = request();
    pool_->take(first);
    pool_->give_back(std::make_unique<HttpConnection>(io_));
    const auto second = request();
    ASSERT_TRUE(second->granted);
    EXPECT_EQ(second->connection, nullptr);
}

TEST_F(ConnectionPoolTest, MayGoWhileItsTimerRuns) {
    const auto first = request();
    pool_->take(first);
    pool_->give_back(std::make_unique<HttpConnection>(io_));
    pool_.reset();
    io_.run(); // ends at once: the timer went with the pool
    SUCCEED();
}

} // namespace
} // namespace pixelml
