// What people are told when a file cannot be handed over, and whether it is tried again.
#include "upload/upload_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace job_engine {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

HttpReply reply_of(int status, const std::string& code = {}, const std::string& message = {}) {
    HttpReply reply;
    reply.status = status;
    if (!code.empty())
        reply.body = "<?xml version=\"1.0\"?>\n<Error><Code>" + code + "</Code><Message>" + message
                     + "</Message></Error>";
    return reply;
}

Storage storage() {
    Storage storage;
    storage.origin = {true, "photos.s3.example.com", 443};
    return storage;
}

struct Refused {
    int status;
    const char* code;
    const char* message;
    ErrorCode error;
    const char* path;
    const char* words;
};

class StorageRefusal : public ::testing::TestWithParam<Refused> {};

TEST_P(StorageRefusal, SaysWhatToDo) {
    const auto& given = GetParam();
    const auto error = error_of_storage(reply_of(given.status, given.code, given.message), storage());
    EXPECT_EQ(error.code, given.error) << error.message;
    EXPECT_THAT(error.message, AllOf(HasSubstr("The storage photos.s3.example.com "), HasSubstr(given.words),
                                     HasSubstr("HTTP " + std::to_string(given.status))));
    EXPECT_EQ(error.details.empty() ? "" : error.details[0].path, given.path);
    EXPECT_FALSE(error.retryable);
    EXPECT_EQ(error.charged, Charged::no);
}

INSTANTIATE_TEST_SUITE_P(
    Codes, StorageRefusal,
    ::testing::Values(
        Refused{403, "InvalidAccessKeyId", "", ErrorCode::invalid_connection, "/storage/access_key",
                "does not know the access_key"},
        Refused{403, "SignatureDoesNotMatch", "", ErrorCode::invalid_connection, "/storage/secret_key",
                "check that secret_key belongs to access_key"},
        Refused{404, "NoSuchBucket", "", ErrorCode::invalid_connection, "/storage/bucket",
                "create it, or correct"},
        Refused{404, "", "", ErrorCode::invalid_connection, "/storage/bucket", "create it, or correct"},
        Refused{403, "AccessDenied", "Access Denied", ErrorCode::invalid_connection, "/storage/bucket",
                "allow it s3:PutObject and s3:GetObject"},
        Refused{403, "", "", ErrorCode::invalid_connection, "/storage/bucket", "s3:PutObject"},
        Refused{403, "RequestTimeTooSkewed", "The difference is too large.", ErrorCode::api_connection_error,
                "", "clock is wrong: set it"},
        Refused{403, "AccessDenied", "Request has expired", ErrorCode::api_connection_error, "",
                "clock is wrong"},
        Refused{403, "AccessDenied", "Request is not valid yet", ErrorCode::api_connection_error, "",
                "clock is wrong"},
        Refused{301, "PermanentRedirect", "", ErrorCode::invalid_connection, "/storage/region",
                "another region"},
        Refused{400, "AuthorizationQueryParametersError", "the region 'us-east-1' is wrong",
                ErrorCode::invalid_connection, "/storage/region", "correct region"},
        Refused{400, "EntityTooLarge", "", ErrorCode::media_too_large, "", "does not take so large a file"},
        Refused{413, "", "", ErrorCode::media_too_large, "", "does not take so large a file"},
        Refused{400, "Odd", "Something", ErrorCode::invalid_connection, "/storage",
                "(Odd: Something, HTTP 400)"}));

TEST(UploadError, OfAStorageThatHasAProblemIsWorthAnotherRun) {
    EXPECT_TRUE(
        error_of_storage(reply_of(503, "SlowDown", "Reduce your request rate."), storage()).retryable);
    EXPECT_TRUE(error_of_storage(reply_of(500), storage()).retryable);
}

TEST(UploadError, OfAHostThatAReplyNamedNamesIt) {
    Binding binding;
    binding.name = "Runway";
    const auto denied =
        error_of_told_host(reply_of(403, "AccessDenied", "Policy expired"), "files.example", binding);
    EXPECT_EQ(denied.message, "files.example, where Runway takes files, refused this one (AccessDenied: "
                              "Policy expired, HTTP 403).");
    EXPECT_FALSE(denied.retryable);
    EXPECT_TRUE(error_of_told_host(reply_of(502), "files.example", binding).retryable);
    EXPECT_EQ(error_of_told_host(reply_of(413), "files.example", binding).code, ErrorCode::media_too_large);
    EXPECT_EQ(error_of_told_host(reply_of(302), "files.example", binding).code,
              ErrorCode::api_connection_error);
}

TEST(UploadError, IsTriedAgainWhereThatMayHelp) {
    for (const int status : {408, 425, 429, 500, 503})
        EXPECT_TRUE(may_be_sent_again(reply_of(status))) << status;
    for (const int status : {200, 301, 307, 400, 401, 403, 404, 413})
        EXPECT_FALSE(may_be_sent_again(reply_of(status))) << status;
    for (const auto kind : {TransportFailure::Kind::unreachable, TransportFailure::Kind::broken,
                            TransportFailure::Kind::timed_out})
        EXPECT_TRUE(may_be_sent_again(TransportFailure{kind, true, ""}));
    for (const auto kind :
         {TransportFailure::Kind::tls, TransportFailure::Kind::proxy, TransportFailure::Kind::not_public,
          TransportFailure::Kind::bad_reply, TransportFailure::Kind::aborted})
        EXPECT_FALSE(may_be_sent_again(TransportFailure{kind, true, ""}));
}

} // namespace
} // namespace job_engine
