#include "module/session_accounts.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace job_engine {
namespace {

const std::string connection_text = R"({"api_key": "s3cret-key", "base_url": "https://api.example"})";

class AccountsTest : public ::testing::Test, protected testing::SessionAccounts {};

TEST_F(AccountsTest, RunsWithTheSameTextShareOne) {
    const auto first = accounts.of(0, connection_text);
    EXPECT_EQ(accounts.of(0, connection_text), first);
    EXPECT_NE(accounts.of(0, R"({"api_key": "another"})"), first);
    const auto opened = *accounts.open(*first);
    EXPECT_EQ(accounts.open(*first)->connection, opened.connection);
    EXPECT_EQ(opened.connection->api_key.view(), "s3cret-key");
}

TEST_F(AccountsTest, ConnectionsThatDifferInTheirTextAloneShareAService) {
    const auto opened = *accounts.open(*accounts.of(0, connection_text));
    const auto spaced = *accounts.open(*accounts.of(0, connection_text + " "));
    EXPECT_NE(spaced.connection, opened.connection);
    EXPECT_EQ(spaced.service, opened.service);
}

TEST_F(AccountsTest, AServiceIsKeptForTheNextRun) {
    const std::weak_ptr<ApiService> service = accounts.open(*accounts.of(0, connection_text))->service;
    EXPECT_EQ(accounts.open(*accounts.of(0, connection_text))->service, service.lock());
    accounts.release_services();
    EXPECT_TRUE(service.expired());
}

TEST_F(AccountsTest, OneThatIsInvalidIsSoForAll) {
    const auto live = accounts.of(0, "{}");
    EXPECT_EQ(accounts.open(*live).error().code, ErrorCode::invalid_connection);
    EXPECT_EQ(accounts.open(*live).error().code, ErrorCode::invalid_connection);
}

TEST_F(AccountsTest, EndsWithTheLastOfItsRuns) {
    auto live = accounts.of(0, connection_text);
    const std::weak_ptr<Account> watch = live;
    auto connection = accounts.open(*live)->connection;
    live.reset();
    EXPECT_FALSE(watch.expired()) << "a run still has the connection";
    EXPECT_EQ(accounts.of(0, connection_text), watch.lock());
    connection.reset();
    EXPECT_TRUE(watch.expired());
    EXPECT_NE(accounts.of(0, connection_text), nullptr);
}

TEST_F(AccountsTest, ManyThatEndedLeaveNothingBehindInTheWay) {
    for (int i = 0; i < 10'000; ++i)
        accounts.of(0, connection_text + std::string(static_cast<std::size_t>(i % 100), ' '));
    const auto kept = accounts.of(0, connection_text);
    EXPECT_EQ(accounts.of(0, connection_text), kept);
}

} // namespace
} // namespace job_engine
