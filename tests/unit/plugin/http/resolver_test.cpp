// Names that need no network.
#include "http/resolver.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace job_engine {
namespace {

class ResolverTest : public ::testing::Test {
protected:
    // Looks the name up and runs until it is known.
    std::shared_ptr<Lookup> look_up(const std::string& host) {
        const auto waiter = std::make_shared<Wakeup>(io_.get_executor());
        auto lookup = resolver_.look_up(host, waiter);
        boost::asio::co_spawn(io_, Wakeup::wait(waiter), boost::asio::detached);
        io_.restart();
        io_.run();
        return lookup;
    }

    boost::asio::io_context io_;
    Resolver resolver_;
};

TEST_F(ResolverTest, FindsTheLoopbackAddress) {
    const auto lookup = look_up("localhost");
    EXPECT_EQ(lookup->failure, "");
    ASSERT_FALSE(lookup->addresses.empty());
    for (const auto& address : lookup->addresses)
        EXPECT_TRUE(address.is_loopback());
}

TEST_F(ResolverTest, TakesAddressesAsTheyAre) {
    EXPECT_EQ(look_up("127.0.0.2")->addresses, (std::vector{boost::asio::ip::make_address("127.0.0.2")}));
    EXPECT_EQ(look_up("::1")->addresses, (std::vector{boost::asio::ip::make_address("::1")}));
}

TEST_F(ResolverTest, SaysWhyThereIsNoAddress) {
    const auto lookup = look_up(std::string(300, 'a')); // longer than a name may be
    EXPECT_TRUE(lookup->done);
    EXPECT_NE(lookup->failure, "");
    EXPECT_TRUE(lookup->addresses.empty());
}

TEST_F(ResolverTest, ServesManyWaitersOfOneName) {
    std::vector<std::shared_ptr<Lookup>> lookups;
    for (int i = 0; i < 20; ++i) {
        const auto waiter = std::make_shared<Wakeup>(io_.get_executor());
        lookups.push_back(resolver_.look_up("localhost", waiter));
        boost::asio::co_spawn(io_, Wakeup::wait(waiter), boost::asio::detached);
    }
    io_.run();
    for (const auto& lookup : lookups)
        EXPECT_TRUE(lookup->done);
}

TEST_F(ResolverTest, AForgottenWaiterIsNotFired) {
    const auto waiter = std::make_shared<Wakeup>(io_.get_executor());
    const auto lookup = resolver_.look_up("localhost", waiter);
    Resolver::forget(*lookup, waiter);
    const std::lock_guard lock(lookup->mutex);
    EXPECT_TRUE(lookup->waiters.empty());
}

TEST(Resolver, EndsWhileALookupIsUnderWay) {
    boost::asio::io_context io;
    const auto waiter = std::make_shared<Wakeup>(io.get_executor());
    {
        Resolver resolver;
        resolver.look_up("localhost", waiter);
    }
    io.run(); // nothing of the resolver is left that could fire
    EXPECT_LE(waiter.use_count(), 1);
}

} // namespace
} // namespace job_engine
