// The user's own storage: against an S3-compatible server, which checks signatures, and against its faults.
#include "child_process.hpp"
#include "hand_over.hpp"
#include "scripted_server.hpp"
#include "test_directory.hpp"

#include <boost/json/object.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <ctime>
#include <memory>
#include <optional>
#include <string>

namespace upload_tests {
namespace {

using namespace std::chrono_literals;
using job_engine::ErrorCode;
using job_engine::HandedOver;
using test_support::CommandResult;
using test_support::Reply;
using test_support::Request;
using test_support::ScriptedServer;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* secret_key = "S3RVER";

// Luma takes nothing but URLs.
auto connection_with(boost::json::object storage) {
    return connection_of({{"api", "luma"}, {"request_timeout_ms", 2000}, {"storage", std::move(storage)}});
}

CommandResult get(const std::string& url) {
    return test_support::run_command({"curl", "--silent", "--show-error", "--fail", url}, 20s);
}

class StorageServer : public ::testing::Test {
protected:
    StorageServer()
        : server_({"node", STORAGE_SERVER, directory_.path().string(), "photos"}),
          port_(server_.read_line(30s).value_or("no port")) {}

    boost::json::object storage() const {
        return {{"endpoint", "http://127.0.0.1:" + port_},
                {"bucket", "photos"},
                {"access_key", "S3RVER"},
                {"secret_key", secret_key}};
    }

    test_support::TestDirectory directory_;
    test_support::ChildProcess server_;
    const std::string port_;
};

TEST_F(StorageServer, KeepsAFileAndGivesItToWhoHasTheUrl) {
    const auto file = jpeg_of(3'000'000);
    const auto connection = connection_with(storage());
    const auto outcome = hand_over(connection, file);
    ASSERT_TRUE(outcome.succeeded()) << outcome.text();
    const auto got = get(outcome.value());
    EXPECT_EQ(got.exit_code, 0) << got.output;
    EXPECT_TRUE(got.output == *file.bytes);

    const auto& stored = std::get<HandedOver>(outcome.end).stored;
    ASSERT_TRUE(stored.has_value());
    EXPECT_EQ(stored->object, "workflow-node/" + std::string(64, 'a') + ".jpg");
    EXPECT_LE(std::abs(stored->signed_at - std::time(nullptr)), 60);
    EXPECT_EQ(job_engine::stored_file_url(*connection->storage, *stored), outcome.value());

    EXPECT_THAT(outcome.trace, Each(Not(HasSubstr("X-Amz-Signature"))));
    EXPECT_THAT(outcome.trace, Each(Not(HasSubstr("S3RVER"))));
}

TEST_F(StorageServer, ReplacesTheFileOfARunThatUploadsItAgain) {
    const auto first = hand_over(connection_with(storage()), jpeg_of(10));
    const auto second = hand_over(connection_with(storage()), jpeg_of(20));
    ASSERT_TRUE(second.succeeded()) << second.text();
    EXPECT_EQ(std::get<HandedOver>(first.end).stored->object,
              std::get<HandedOver>(second.end).stored->object);
    EXPECT_EQ(get(first.value()).output.size(), 20U);
}

TEST_F(StorageServer, KeepsFilesUnderOddNames) {
    for (const auto* prefix :
         {"", "my photos/", "a+b/", "K\xC3\xB6ln/\xE7\x8C\xAB/", "100%/", "a=1&b=2/", "(x)!*'~/"}) {
        auto with_prefix = storage();
        with_prefix["prefix"] = prefix;
        const auto outcome = hand_over(connection_with(with_prefix), jpeg_of(100));
        ASSERT_TRUE(outcome.succeeded()) << prefix << ": " << outcome.text();
        EXPECT_EQ(get(outcome.value()).output.size(), 100U) << prefix;
    }
}

// Else a wrong signature of ours would not be noticed.
TEST_F(StorageServer, RefusesAWrongSignature) {
    const auto outcome = hand_over(connection_with(storage()), jpeg_of(100));
    ASSERT_TRUE(outcome.succeeded()) << outcome.text();
    auto url = outcome.value();
    url.back() = url.back() == '0' ? '1' : '0';
    EXPECT_NE(get(url).exit_code, 0);
    auto other_object = outcome.value();
    other_object.replace(other_object.find("/aaaa"), 5, "/aaab");
    EXPECT_NE(get(other_object).exit_code, 0);
}

TEST_F(StorageServer, SaysWhatIsWrongWithAConnection) {
    const auto told = [&](const char* member, const char* value) {
        auto changed = storage();
        changed[member] = value;
        const auto outcome = hand_over(connection_with(changed), jpeg_of(100));
        EXPECT_FALSE(outcome.succeeded());
        EXPECT_EQ(outcome.error().code, ErrorCode::invalid_connection) << outcome.text();
        EXPECT_EQ(outcome.trace.size(), 1U) << "it was tried again";
        EXPECT_THAT(outcome.text(), Not(HasSubstr("not-the-key")));
        return outcome.error().details.at(0).path + ": " + outcome.text();
    };
    EXPECT_THAT(told("secret_key", "not-the-key"), HasSubstr("/storage/secret_key: The storage 127.0.0.1"));
    EXPECT_THAT(told("access_key", "not-the-key"), HasSubstr("/storage/access_key: The storage 127.0.0.1"));
    EXPECT_THAT(told("bucket", "no-such-bucket"), HasSubstr("/storage/bucket: The storage 127.0.0.1"));
}

// A storage's server that does as a test says.
boost::json::object at(const ScriptedServer& server) {
    return {{"endpoint", server.base_url()},
            {"bucket", "photos"},
            {"access_key", "access-1"},
            {"secret_key", "secret-1"}};
}

TEST(Storage, IsTriedAgainAfterWhatMayPass) {
    ScriptedServer server([nth = 0](const Request&) mutable {
        Reply reply;
        reply.status = nth++ == 0 ? 503 : 200;
        return reply;
    });
    EXPECT_TRUE(hand_over(connection_with(at(server)), jpeg_of(100)).succeeded());
    EXPECT_EQ(server.requests("PUT", "/photos/workflow-node/").size(), 2U);
}

TEST(Storage, IsSentNoKeyAndNoHeaderOfTheServices) {
    ScriptedServer server([](const Request&) { return Reply(); });
    const auto file = jpeg_of(100);
    ASSERT_TRUE(hand_over(connection_with(at(server)), file).succeeded());
    const auto request = server.requests().at(0);
    EXPECT_EQ(request.header("authorization"), "");
    EXPECT_EQ(request.header("content-type"), "image/jpeg");
    EXPECT_EQ(request.body, *file.bytes);
    EXPECT_THAT(request.target, AllOf(HasSubstr("&X-Amz-Expires=900&"), Not(HasSubstr("secret-1"))));
}

// An upload may take minutes, which would be missing from the service's time.
TEST(Storage, TimeOfTheServiceBeginsWhenTheFileIsThere) {
    ScriptedServer server([](const Request&) {
        Reply reply;
        reply.hold = 1100ms;
        return reply;
    });
    const auto began = std::time(nullptr);
    const auto outcome = hand_over(connection_with(at(server)), jpeg_of(100));
    ASSERT_TRUE(outcome.succeeded()) << outcome.text();
    EXPECT_GT(std::get<HandedOver>(outcome.end).stored->signed_at, began);
}

TEST(Storage, RefusalTellsNoSecret) {
    ScriptedServer server([](const Request& request) {
        Reply reply;
        reply.status = 403;
        reply.body =
            "<Error><Code>AccessDenied</Code><Message>access-1 at " + request.target + "</Message></Error>";
        return reply;
    });
    const auto outcome = hand_over(connection_with(at(server)), jpeg_of(100));
    ASSERT_FALSE(outcome.succeeded());
    const auto signature = [&] {
        const auto target = server.requests().at(0).target;
        return target.substr(target.find("X-Amz-Signature=") + 16);
    }();
    EXPECT_THAT(outcome.text(), Not(HasSubstr(signature)));
    EXPECT_THAT(outcome.trace, Each(Not(HasSubstr(signature))));
}

TEST(Storage, ThatIsNotThereIsSaid) {
    ScriptedServer server([](const Request&) { return Reply(); });
    server.refuse_connections();
    const auto outcome = hand_over(connection_with(at(server)), jpeg_of(100));
    ASSERT_FALSE(outcome.succeeded());
    EXPECT_THAT(outcome.text(), HasSubstr("cannot be handed over to the storage 127.0.0.1"));
    EXPECT_TRUE(outcome.error().retryable);
    EXPECT_EQ(outcome.trace.size(), 3U);
}

} // namespace
} // namespace upload_tests
