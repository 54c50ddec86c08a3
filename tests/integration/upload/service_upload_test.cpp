// Uploads to servers of the services' shapes, which do as a test says.
#include "connect_proxy.hpp"
#include "hand_over.hpp"
#include "scripted_server.hpp"
#include "test_certificates.hpp"
#include "test_directory.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace upload_tests {
namespace {

using namespace std::chrono_literals;
using job_engine::ErrorCode;
using job_engine::HttpExchange;
using test_support::json_reply;
using test_support::Reply;
using test_support::Request;
using test_support::ScriptedServer;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

Reply reply_of(int status, std::string body = {}) {
    Reply reply;
    reply.status = status;
    reply.body = std::move(body);
    return reply;
}

Reply cut() {
    Reply reply;
    reply.raw = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"upl";
    reply.then = Reply::Then::close;
    return reply;
}

auto connection_to(const char* api, const ScriptedServer& server, boost::json::object more = {}) {
    more["api"] = api;
    more["base_url"] = server.base_url();
    more["request_timeout_ms"] = 2000;
    return connection_of(std::move(more));
}

void expect_no_secret(const Outcome& outcome) {
    EXPECT_THAT(outcome.trace, Each(Not(HasSubstr(api_key))));
    EXPECT_THAT(outcome.trace, Each(Not(HasSubstr("token-of-the-upload"))));
    EXPECT_THAT(outcome.text(), Not(HasSubstr(api_key)));
}

// Replicate's: one form. `instead`: what the nth request is answered with, if not as it should be.
using Instead = std::function<std::optional<Reply>(int nth, const Request&)>;

std::unique_ptr<ScriptedServer> replicate(const Instead& instead = {}) {
    return std::make_unique<ScriptedServer>([instead, nth = 0](const Request& request) mutable {
        if (auto reply = instead ? instead(nth++, request) : std::nullopt)
            return *reply;
        if (request.method != "POST" || request.target != "/v1/files")
            return reply_of(404);
        return json_reply(201, R"({"id": "f1", "urls": {"get": "https://api.replicate.com/v1/files/f1"}})");
    });
}

TEST(UploadToReplicate, IsAFormWithTheFile) {
    const auto server = replicate();
    const auto file = jpeg_of(300'000);
    const auto outcome = hand_over(connection_to("replicate", *server), file);
    ASSERT_EQ(outcome.text(), "https://api.replicate.com/v1/files/f1");
    ASSERT_EQ(server->requests().size(), 1U);
    const auto request = server->requests()[0];
    EXPECT_EQ(request.header("authorization"), std::string("Bearer ") + api_key);
    EXPECT_THAT(request.header("content-type"), HasSubstr("multipart/form-data; boundary="));
    EXPECT_THAT(request.body, HasSubstr("\r\nContent-Disposition: form-data; name=\"content\"; "
                                        "filename=\"photo.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
                                        + *file.bytes + "\r\n--"));
    EXPECT_EQ(request.header("content-length"), std::to_string(request.body.size()));
    expect_no_secret(outcome);
    ASSERT_EQ(outcome.trace.size(), 1U);
    const auto line = boost::json::parse(outcome.trace[0]).as_object();
    EXPECT_EQ(line.at("purpose"), "upload");
    EXPECT_EQ(line.at("request").at("body_bytes"), request.body.size());
    EXPECT_EQ(line.at("request").at("headers").at("Authorization"), "Bearer ***");
}

TEST(UploadToReplicate, IsTriedAgainAfterWhatMayPass) {
    for (const auto& fault :
         {reply_of(500, "{}"), reply_of(429), cut(), test_support::no_reply(Reply::Then::reset)}) {
        const auto server =
            replicate([&](int nth, const Request&) { return nth < 2 ? std::optional(fault) : std::nullopt; });
        const auto outcome = hand_over(connection_to("replicate", *server), jpeg_of(100'000));
        EXPECT_EQ(outcome.text(), "https://api.replicate.com/v1/files/f1");
        EXPECT_EQ(outcome.trace.size(), 3U);
    }
}

TEST(UploadToReplicate, IsTriedThreeTimes) {
    const auto server = replicate([](int, const Request&) { return reply_of(503, R"({"detail": "Busy"})"); });
    const auto outcome = hand_over(connection_to("replicate", *server), jpeg_of(100));
    ASSERT_FALSE(outcome.succeeded());
    EXPECT_EQ(server->requests().size(), 3U);
    EXPECT_THAT(outcome.text(),
                AllOf(HasSubstr("cannot be handed over"), HasSubstr("Busy"), HasSubstr("HTTP 503")));
    EXPECT_TRUE(outcome.error().retryable);
}

TEST(UploadToReplicate, WaitsAsLongAsItIsAsked) {
    auto busy = reply_of(429);
    busy.headers.emplace_back("Retry-After", "1");
    const auto server =
        replicate([&](int nth, const Request&) { return nth == 0 ? std::optional(busy) : std::nullopt; });
    const auto outcome = hand_over(connection_to("replicate", *server), jpeg_of(100));
    EXPECT_TRUE(outcome.succeeded()) << outcome.text();
    EXPECT_GE(outcome.took, 1000ms);

    auto much_longer = reply_of(429);
    much_longer.headers.emplace_back("Retry-After", "3600");
    const auto asked_off = replicate([&](int, const Request&) { return much_longer; });
    const auto end = hand_over(connection_to("replicate", *asked_off), jpeg_of(100));
    ASSERT_FALSE(end.succeeded());
    EXPECT_EQ(asked_off->requests().size(), 1U);
    EXPECT_EQ(end.error().code, ErrorCode::rate_limited);
    EXPECT_EQ(end.error().retry_after_ms, 3'600'000);
}

struct Refusal {
    const char* name;
    Reply reply;
    ErrorCode code;
    const char* words;
};

TEST(UploadToReplicate, SaysWhyItIsRefused) {
    const Refusal refusals[] = {
        {"key", reply_of(401, R"({"detail": "Invalid token"})"), ErrorCode::api_connection_error,
         "does not accept the API key: Invalid token (HTTP 401)"},
        {"forbidden", reply_of(403), ErrorCode::api_connection_error,
         "does not allow this to the API key (HTTP 403)"},
        {"large", reply_of(413), ErrorCode::media_too_large, "HTTP 413"},
        {"redirect", reply_of(307), ErrorCode::invalid_api_response, "HTTP 307"},
        {"no JSON", reply_of(200, "<html>"), ErrorCode::invalid_api_response, "is no JSON object"},
        {"other JSON", json_reply(200, R"({"urls": {}})"), ErrorCode::invalid_api_response,
         "has no url at /urls/get"},
        {"echoed key", json_reply(400, std::string(R"({"detail": "bad )") + api_key + R"("})"),
         ErrorCode::invalid_input, "bad ***"},
    };
    for (const auto& refusal : refusals) {
        SCOPED_TRACE(refusal.name);
        const auto server = replicate([&](int, const Request&) { return refusal.reply; });
        const auto outcome = hand_over(connection_to("replicate", *server), jpeg_of(100));
        ASSERT_FALSE(outcome.succeeded());
        EXPECT_EQ(outcome.error().code, refusal.code);
        EXPECT_THAT(outcome.text(), HasSubstr(refusal.words));
        EXPECT_EQ(outcome.error().charged, job_engine::Charged::no);
        EXPECT_FALSE(outcome.error().retryable);
        EXPECT_EQ(server->requests().size(), 1U);
        expect_no_secret(outcome);
    }
}

// A server that says no to a large body, and closes, as soon as it has seen the header.
class HastyServer {
public:
    HastyServer() : thread_([this] { serve(); }) {}
    HastyServer(const HastyServer&) = delete;
    HastyServer& operator=(const HastyServer&) = delete;
    ~HastyServer() { thread_.join(); }

    std::string base_url() const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    }

private:
    void serve() {
        auto peer = acceptor_.accept();
        std::string received;
        boost::asio::read_until(peer, boost::asio::dynamic_buffer(received), "\r\n\r\n");
        boost::asio::write(
            peer, boost::asio::buffer("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n", 53));
    }

    boost::asio::io_context io_;
    boost::asio::ip::tcp::acceptor acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
    std::thread thread_;
};

TEST(UploadToReplicate, HearsARefusalThatComesBeforeAllIsSent) {
    HastyServer server;
    const auto outcome = hand_over(connection_of({{"api", "replicate"}, {"base_url", server.base_url()}}),
                                   jpeg_of(20'000'000));
    ASSERT_FALSE(outcome.succeeded());
    EXPECT_EQ(outcome.error().code, ErrorCode::media_too_large) << outcome.text();
}

TEST(UploadToReplicate, TrustsWhomTheConnectionTrusts) {
    const auto authority = test_support::make_authority("Tests");
    const test_support::TestDirectory directory;
    ScriptedServer server(
        [](const Request&) {
            return json_reply(201, R"({"urls": {"get": "https://api.replicate.com/v1/files/f1"}})");
        },
        test_support::make_leaf(authority));
    auto members = boost::json::object{{"api", "replicate"}, {"base_url", server.base_url()}};
    const auto untrusted = hand_over(connection_of(members), jpeg_of(100));
    ASSERT_FALSE(untrusted.succeeded());
    EXPECT_TRUE(server.requests().empty());
    EXPECT_FALSE(untrusted.error().retryable) << untrusted.text();
    members["ca_file"] = directory.write("ca.pem", authority.certificate_pem);
    EXPECT_TRUE(hand_over(connection_of(members), jpeg_of(1'000'000)).succeeded());
}

TEST(UploadToReplicate, EndsInTime) {
    const auto server =
        replicate([](int, const Request&) { return test_support::no_reply(Reply::Then::fall_silent); });
    auto slow = boost::json::object();
    slow["request_timeout_ms"] = 200;
    slow["api"] = "replicate";
    slow["base_url"] = server->base_url();
    const auto outcome = hand_over(connection_of(slow), jpeg_of(100));
    ASSERT_FALSE(outcome.succeeded());
    EXPECT_THAT(outcome.text(), HasSubstr("no answer in time while waiting for the reply of 127.0.0.1"));
    EXPECT_TRUE(outcome.error().retryable);
    EXPECT_EQ(outcome.trace.size(), 3U);
    EXPECT_LT(outcome.took, 10s);
}

TEST(UploadToReplicate, IsGivenUpAtOnce) {
    const auto server =
        replicate([](int, const Request&) { return test_support::no_reply(Reply::Then::fall_silent); });
    const auto outcome =
        hand_over(connection_to("replicate", *server), jpeg_of(100),
                  [&](const std::shared_ptr<HttpExchange>& exchange, boost::asio::io_context& io) {
                      io.run_one();
                      boost::asio::post(exchange->timer.get_executor(), [exchange] { exchange->abort(); });
                  });
    ASSERT_FALSE(outcome.succeeded());
    EXPECT_THAT(outcome.text(), HasSubstr("was given up"));
    EXPECT_LT(outcome.took, 1500ms);
}

// Runway's and fal's: leave to upload, and the upload at another host, which sees no key.
struct TwoHosts {
    explicit TwoHosts(const Instead& at_files = {}, std::function<std::string(const std::string&)> told = {})
        : files([at_files, nth = 0](const Request& request) mutable {
              const auto instead = at_files ? at_files(nth++, request) : std::nullopt;
              return instead.value_or(reply_of(204));
          }),
          api([this, told](const Request& request) {
              const auto own = files.base_url() + "/up?token=token-of-the-upload";
              const auto to = told ? told(own) : own;
              if (request.target == "/v1/uploads")
                  return json_reply(
                      200,
                      R"({"uploadUrl": ")" + to
                          + R"(", "fields": {"key": "e/1", "policy": "p=="}, "runwayUri": "runway://u1"})");
              if (request.target == "/storage/upload/initiate?storage_type=fal-cdn-v3")
                  return json_reply(200, R"({"upload_url": ")" + to
                                             + R"(", "file_url": "https://v3.fal.media/f/1.jpg"})");
              return reply_of(404);
          }) {}

    ScriptedServer files;
    ScriptedServer api;
};

TEST(UploadToRunway, PutsTheNamedFieldsBeforeTheFile) {
    TwoHosts hosts;
    const auto outcome = hand_over(connection_to("runway", hosts.api), jpeg_of(1000));
    ASSERT_EQ(outcome.text(), "runway://u1");
    ASSERT_EQ(hosts.api.requests().size(), 1U);
    EXPECT_EQ(hosts.api.requests()[0].header("x-runway-version"), "2024-11-06");
    EXPECT_EQ(boost::json::parse(hosts.api.requests()[0].body),
              boost::json::parse(R"({"filename": "photo.jpg", "type": "ephemeral"})"));
    ASSERT_EQ(hosts.files.requests().size(), 1U);
    const auto form = hosts.files.requests()[0];
    EXPECT_EQ(form.method, "POST");
    EXPECT_EQ(form.header("authorization"), "");
    EXPECT_EQ(form.header("x-runway-version"), "");
    EXPECT_LT(form.body.find("name=\"key\"\r\n\r\ne/1\r\n"),
              form.body.find("name=\"policy\"\r\n\r\np==\r\n"));
    EXPECT_LT(form.body.find("name=\"policy\""), form.body.find("name=\"file\"; filename=\"photo.jpg\""));
    expect_no_secret(outcome);
}

TEST(UploadToFal, SendsTheFileAsItIsWithoutTheKey) {
    TwoHosts hosts;
    const auto file = jpeg_of(1000);
    const auto outcome = hand_over(connection_to("fal", hosts.api), file);
    ASSERT_EQ(outcome.text(), "https://v3.fal.media/f/1.jpg");
    ASSERT_EQ(hosts.api.requests().size(), 1U);
    EXPECT_EQ(hosts.api.requests()[0].header("authorization"), std::string("Key ") + api_key);
    ASSERT_EQ(hosts.files.requests().size(), 1U);
    const auto put = hosts.files.requests()[0];
    EXPECT_EQ(put.method, "PUT");
    EXPECT_EQ(put.header("authorization"), "");
    EXPECT_EQ(put.header("content-type"), "image/jpeg");
    EXPECT_EQ(put.body, *file.bytes);
    expect_no_secret(outcome);
}

TEST(UploadToFal, RepeatsTheStepThatFailedAlone) {
    TwoHosts hosts(
        [](int nth, const Request&) { return nth == 0 ? std::optional(reply_of(500)) : std::nullopt; });
    EXPECT_TRUE(hand_over(connection_to("fal", hosts.api), jpeg_of(1000)).succeeded());
    EXPECT_EQ(hosts.api.requests().size(), 1U);
    EXPECT_EQ(hosts.files.requests().size(), 2U);
}

TEST(UploadToFal, NamesTheHostThatRefusesTheFile) {
    TwoHosts hosts([](int, const Request&) {
        return reply_of(403, "<Error><Code>AccessDenied</Code><Message>Signature has expired"
                             " X-Amz-Signature=0123456789abcdef</Message></Error>");
    });
    const auto outcome = hand_over(connection_to("fal", hosts.api), jpeg_of(1000));
    ASSERT_FALSE(outcome.succeeded());
    EXPECT_THAT(outcome.text(), AllOf(HasSubstr("where fal takes files, refused this one (AccessDenied: "),
                                      Not(HasSubstr("0123456789abcdef"))));
    EXPECT_THAT(outcome.trace, Each(Not(HasSubstr("0123456789abcdef"))));
    expect_no_secret(outcome);
}

TEST(UploadToFal, AsksNoInnerAddressForAReply) {
    const std::pair<const char*, const char*> addresses[] = {
        {"https://169.254.169.254/latest", "169.254.169.254 is an address inside a private network"},
        {"https://10.0.0.1/up", "10.0.0.1 is an address inside a private network"},
        {"http://files.example/up", "the address for it that a reply names"},
    };
    for (const auto& [address, words] : addresses) {
        TwoHosts hosts({}, [&](const std::string&) { return address; });
        const auto outcome = hand_over(connection_to("fal", hosts.api), jpeg_of(10));
        ASSERT_FALSE(outcome.succeeded()) << address;
        EXPECT_THAT(outcome.text(), HasSubstr(words));
        EXPECT_FALSE(outcome.error().retryable);
    }
}

TEST(UploadToFal, GoesThroughTheConnectionsProxy) {
    TwoHosts hosts;
    const test_support::ConnectProxy proxy("me:proxy-password");
    const auto address = "http://me:proxy-password@127.0.0.1:" + std::to_string(proxy.port());
    const auto outcome = hand_over(connection_to("fal", hosts.api, {{"proxy", address}}), jpeg_of(100));
    EXPECT_EQ(outcome.text(), "https://v3.fal.media/f/1.jpg");
    EXPECT_EQ(proxy.connect_targets(),
              (std::vector<std::string>{"127.0.0.1:" + std::to_string(hosts.api.port()),
                                        "127.0.0.1:" + std::to_string(hosts.files.port())}));
    EXPECT_THAT(outcome.trace, Each(Not(HasSubstr("proxy-password"))));
}

TEST(HandOver, InTheSubmitSendsNothing) {
    ScriptedServer server([](const Request&) { return reply_of(500); });
    const auto file = jpeg_of(4);
    EXPECT_EQ(hand_over(connection_to("minimax", server), file).text(), "data:image/jpeg;base64,/9j/4A==");
    auto with_secret = boost::json::object();
    with_secret["api_secret"] = "secret-of-the-key";
    EXPECT_EQ(hand_over(connection_to("kling_access_key", server, with_secret), file).text(), "/9j/4A==");
    EXPECT_TRUE(server.requests().empty());
}

TEST(HandOver, SaysWhatAConnectionLacks) {
    ScriptedServer server([](const Request&) { return reply_of(500); });
    const auto outcome = hand_over(connection_to("luma", server), jpeg_of(4));
    ASSERT_FALSE(outcome.succeeded());
    EXPECT_EQ(outcome.error().code, ErrorCode::cannot_hand_over_file);
    EXPECT_THAT(outcome.text(),
                HasSubstr("Luma takes no files, only URLs that it can open: give the connection a storage"));
    EXPECT_TRUE(server.requests().empty());
}

} // namespace
} // namespace upload_tests
