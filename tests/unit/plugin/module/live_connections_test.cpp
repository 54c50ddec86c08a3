#include "job/flow_story.hpp"
#include "module/live_connections.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace job_engine {
namespace {

const std::string connection_text = R"({"api_key": "s3cret-key", "base_url": "https://api.example"})";

Result<LiveConnection::Opened> open_text(std::string_view connection_json) {
    const auto& node = testing::image_to_video_definition();
    auto connection = read_connection(connection_json, testing::definitions().connection, node.binding_rules,
                                      node.built_in_binding);
    if (!connection)
        return connection.error();
    return LiveConnection::Opened{*connection, nullptr};
}

TEST(LiveConnections, RunsWithTheSameTextShareOne) {
    LiveConnections connections;
    const auto first = connections.of(0, connection_text);
    EXPECT_EQ(connections.of(0, connection_text), first);
    EXPECT_NE(connections.of(0, R"({"api_key": "another"})"), first);
    int opened = 0;
    const auto open = [&](std::string_view connection_json) {
        ++opened;
        return open_text(connection_json);
    };
    const auto connection = first->opened(open)->connection;
    EXPECT_EQ(connections.of(0, connection_text)->opened(open)->connection, connection);
    EXPECT_EQ(opened, 1);
    EXPECT_EQ(connection->api_key.view(), "s3cret-key");
}

TEST(LiveConnections, OneThatIsInvalidIsSoForAll) {
    LiveConnections connections;
    const auto live = connections.of(0, "{}");
    EXPECT_EQ(live->opened(open_text).error().code, ErrorCode::invalid_connection);
    EXPECT_EQ(live->opened(open_text).error().code, ErrorCode::invalid_connection);
}

TEST(LiveConnections, EndsWithTheLastOfItsRuns) {
    LiveConnections connections;
    auto live = connections.of(0, connection_text);
    const std::weak_ptr<LiveConnection> watch = live;
    auto connection = live->opened(open_text)->connection;
    live.reset();
    EXPECT_FALSE(watch.expired()) << "a run still has the connection";
    EXPECT_EQ(connections.of(0, connection_text), watch.lock());
    connection.reset();
    EXPECT_TRUE(watch.expired());
    EXPECT_NE(connections.of(0, connection_text), nullptr);
}

TEST(LiveConnections, ManyThatEndedLeaveNothingBehindInTheWay) {
    LiveConnections connections;
    for (int i = 0; i < 10'000; ++i)
        connections.of(0, connection_text + std::string(static_cast<std::size_t>(i % 100), ' '));
    const auto kept = connections.of(0, connection_text);
    EXPECT_EQ(connections.of(0, connection_text), kept);
}

} // namespace
} // namespace job_engine
