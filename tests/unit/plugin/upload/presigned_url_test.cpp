// Signatures as AWS publishes them, and what becomes of odd names and of addresses of other storages.
#include "base/sha256.hpp"
#include "json/json_text.hpp"
#include "upload/presigned_url.hpp"

#include <boost/json/object.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace job_engine {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::int64_t midnight = 1369353600; // 2013-05-24, of AWS's example

Storage storage_of(std::string_view members) {
    auto document = parse_json(R"({"bucket": "examplebucket", "access_key": "AKIAIOSFODNN7EXAMPLE",
        "secret_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"})")
                        ->as_object();
    const auto further = parse_json(members);
    for (const auto& member : further->as_object())
        document[member.key()] = member.value();
    auto storage = read_storage(document, true);
    EXPECT_TRUE(storage.has_value()) << (storage ? "" : storage.error().message);
    return *storage;
}

TEST(Hmac, IsThatOfRfc4231) {
    EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

// From "Authenticating Requests: Using Query Parameters" of Amazon S3's API reference.
TEST(PresignedUrl, HasTheSignatureOfTheDocumentedExample) {
    auto storage = storage_of("{}");
    storage.origin.host = "examplebucket.s3.amazonaws.com"; // as the example has it, without the region
    EXPECT_EQ(presigned_target(storage, "GET", "test.txt", midnight, std::chrono::hours(24)),
              "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
              "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
              "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
              "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(PresignedUrl, IsTheBucketsAtAws) {
    const auto url = stored_file_url(storage_of(R"({"region": "eu-west-3"})"), {"a.jpg", midnight});
    EXPECT_THAT(url, StartsWith("https://examplebucket.s3.eu-west-3.amazonaws.com/a.jpg?"));
    EXPECT_THAT(url, HasSubstr("%2F20130524%2Feu-west-3%2Fs3%2Faws4_request"));
    // No certificate of AWS's is one for such a bucket.
    EXPECT_THAT(stored_file_url(storage_of(R"({"bucket": "a.b"})"), {"a.jpg", midnight}),
                StartsWith("https://s3.us-east-1.amazonaws.com/a.b/a.jpg?"));
}

TEST(PresignedUrl, HasTheBucketInItsPathAtAnotherEndpoint) {
    constexpr std::string_view endpoint = R"("endpoint": "https://account.example:9000/storage/v1/s3/")";
    const auto url = [&](const std::string& more) {
        return stored_file_url(storage_of("{" + std::string(endpoint) + more + "}"), {"a.jpg", midnight});
    };
    EXPECT_THAT(url(""), StartsWith("https://account.example:9000/storage/v1/s3/examplebucket/a.jpg?"));
    EXPECT_THAT(url(R"(, "bucket_in_host": true)"),
                StartsWith("https://examplebucket.account.example:9000/storage/v1/s3/a.jpg?"));
}

TEST(PresignedUrl, EncodesAllThatANameMayHave) {
    const auto target = presigned_target(storage_of("{}"), "PUT", "my files/a+b/K\xC3\xB6ln=1&2~.jpg",
                                         midnight, std::chrono::seconds(60));
    EXPECT_THAT(target, StartsWith("/my%20files/a%2Bb/K%C3%B6ln%3D1%262~.jpg?X-Amz-Algorithm="));
}

TEST(PresignedUrl, EncodesThePathOfAnEndpointAsItIsSigned) {
    EXPECT_THAT(stored_file_url(storage_of(R"({"endpoint": "https://a.example/s3+(1)/%2b%20/"})"),
                                {"a.jpg", midnight}),
                StartsWith("https://a.example/s3%2B%281%29/%2B%20/examplebucket/a.jpg?"));
}

// The names of a query are signed in their order.
TEST(PresignedUrl, HasTheTokenOfAShortSession) {
    EXPECT_THAT(
        stored_file_url(storage_of(R"({"session_token": "FwoG+/x="})"), {"a.jpg", midnight}),
        HasSubstr("&X-Amz-Expires=86400&X-Amz-Security-Token=FwoG%2B%2Fx%3D&X-Amz-SignedHeaders=host&"));
}

TEST(PresignedUrl, IsMadeAgainOfWhatACheckpointKeeps) {
    const auto storage = storage_of(R"({"lifetime_seconds": 3600})");
    const StoredFile kept{"workflow-node/0a.jpg", midnight + 1};
    EXPECT_EQ(stored_file_url(storage, kept), stored_file_url(storage, kept));
    EXPECT_NE(stored_file_url(storage, kept), stored_file_url(storage, {kept.object, midnight}));
    EXPECT_THAT(stored_file_url(storage, kept),
                HasSubstr("&X-Amz-Date=20130524T000001Z&X-Amz-Expires=3600&"));
    EXPECT_EQ(stored_file_url(storage, kept).find("wJalrXUtnFEMI"), std::string::npos);
}

TEST(PresignedUrl, NamesAnObjectAfterItsRun) {
    EXPECT_EQ(object_name(storage_of("{}"), "0a1b", extension_of("image/png")), "workflow-node/0a1b.png");
    EXPECT_EQ(object_name(storage_of(R"({"prefix": ""})"), "0a1b", extension_of("image/x-odd")), "0a1b");
}

std::string fault_of(std::string_view members) {
    auto document = parse_json(R"({"bucket": "b-1", "access_key": "a", "secret_key": "s"})")->as_object();
    const auto further = parse_json(members);
    for (const auto& member : further->as_object())
        document[member.key()] = member.value();
    const auto storage = read_storage(document, false);
    return storage ? "none" : storage.error().path + " " + storage.error().message;
}

TEST(StorageOfAConnection, IsRefusedWhereItCannotBeMeant) {
    EXPECT_EQ(fault_of("{}"), "none");
    EXPECT_THAT(fault_of(R"({"endpoint": "http://127.0.0.1:9000"})"), StartsWith("/endpoint "));
    EXPECT_THAT(fault_of(R"({"endpoint": "s3.example.com"})"), StartsWith("/endpoint is not absolute"));
    EXPECT_THAT(fault_of(R"({"endpoint": "https://u:p@s3.example.com"})"),
                StartsWith("/endpoint must not hold"));
    EXPECT_THAT(fault_of(R"({"endpoint": "https://s3.example.com/?a=1"})"),
                EndsWith("must not have a query"));
    EXPECT_THAT(fault_of(R"({"endpoint": "https://[2001:db8::1]", "bucket_in_host": true})"),
                StartsWith("/bucket_in_host must be false"));
    auto loopback = parse_json(R"({"bucket": "b-1", "access_key": "a", "secret_key": "s",
                                   "endpoint": "http://127.0.0.1:9000", "bucket_in_host": true})")
                        ->as_object();
    EXPECT_EQ(read_storage(loopback, true).error().path, "/bucket_in_host")
        << "b-1.127.0.0.1 is no address of this machine";
    loopback["endpoint"] = "http://localhost:9000";
    EXPECT_EQ(read_storage(loopback, true)->origin.host, "b-1.localhost");
    EXPECT_THAT(fault_of(R"({"secret_key": " "})"), StartsWith("/secret_key must be"));
    EXPECT_THAT(fault_of(R"({"prefix": "/a"})"), StartsWith("/prefix must not begin with /"));
    EXPECT_THAT(fault_of(R"({"prefix": "a/../b"})"), StartsWith("/prefix "));
}

} // namespace
} // namespace job_engine
