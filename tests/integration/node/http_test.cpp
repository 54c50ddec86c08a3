// Limits and time-outs of one request, and what travels with every request.
#include "scripted_api.hpp"
#include "test_certificates.hpp"
#include "test_directory.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>

namespace node_tests {
namespace {

using namespace std::chrono_literals;
using test_support::describe;
using test_support::NodeHost;
using test_support::video_of;

constexpr std::size_t max_body_bytes = std::size_t{1} << 20;

// A submit whose reply is unusable may have made a job; where keys are honoured it is simply repeated.
wfn::Result run_with_first_submit(const Reply& first, std::size_t& submits, bool honoured,
                                  int request_timeout_ms = 30000) {
    ScriptedApi api(
        {.submit = [&](const Request&, int nth) { return nth == 0 ? first : accepted("job-1"); }});
    auto spec = api.spec();
    spec.connection["idempotent_submit"] = honoured;
    spec.connection["request_timeout_ms"] = request_timeout_ms;
    NodeHost host;
    auto result = host.run(spec);
    submits = api.submits().size();
    return result;
}

struct BadReply {
    const char* name;
    Reply reply;
    const char* message; // part of what the error says
};

void PrintTo(const BadReply& bad, std::ostream* out) {
    *out << bad.name;
}

Reply with_body(std::string body) {
    return test_support::json_reply(202, std::move(body));
}

Reply with_header(const char* name, std::string value) {
    auto reply = accepted("job-1");
    reply.headers.emplace_back(name, std::move(value));
    return reply;
}

Reply dripping_body() {
    auto reply = with_body(R"({"id": "job-1", "status": ")" + std::string(2000, 'x') + "\"}");
    reply.drip_bytes = 1;
    reply.drip_interval = 50ms;
    return reply;
}

Reply held() {
    auto reply = accepted("job-1");
    reply.hold = 60s;
    return reply;
}

Reply chunked_without_end() {
    Reply reply;
    reply.raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 300; ++i)
        *reply.raw += "2000\r\n" + std::string(0x2000, ' ') + "\r\n";
    return reply;
}

// Within the body's limit and outside the header's.
Reply long_trailer() {
    Reply reply;
    reply.raw = "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Long: "
                + std::string(100'000, 'x') + "\r\n\r\n";
    return reply;
}

Reply long_chunk_extension() {
    Reply reply;
    reply.raw = "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(100'000, 'x');
    return reply;
}

Reply many_interim_replies() {
    Reply reply;
    reply.raw = "";
    for (int i = 0; i < 50; ++i)
        *reply.raw += "HTTP/1.1 102 Processing\r\n\r\n";
    return reply;
}

const BadReply bad_replies[] = {
    {"BodyOver1MiB", with_body(std::string(max_body_bytes + 1, ' ')), "larger than 1 MiB"},
    {"ChunkedBodyOver1MiB", chunked_without_end(), "larger than 1 MiB"},
    {"HeaderOver16KiB", with_header("X-Long", std::string(std::size_t{17} << 10, 'x')), "larger than 16 KiB"},
    {"CompressedBody", with_header("Content-Encoding", "gzip"), "compressed"},
    {"TrailerOver32KiB", long_trailer(), "not valid HTTP"},
    {"ChunkExtensionOver32KiB", long_chunk_extension(), "not valid HTTP"},
    {"EndlessInterimReplies", many_interim_replies(), "interim"},
    {"NotJson", with_body("<html>Welcome</html>"), "not a JSON object"},
    {"WithoutAJob", with_body(R"({"status": "queued"})"), "names no job"},
    {"TooDeep", with_body(std::string(2000, '[') + std::string(2000, ']')), "not a JSON object"},
    {"Held", held(), "no answer in time"},
    {"Dripping", dripping_body(), "no answer in time"}};

class UnusableReply : public testing::TestWithParam<BadReply> {};

TEST_P(UnusableReply, ToASubmitEndsTheRunWithoutASecondPayment) {
    std::size_t submits = 0;
    const auto result = run_with_first_submit(GetParam().reply, submits, false, 1000);
    EXPECT_EQ(error_member(result, "type"), "Submission Unknown") << describe(result);
    EXPECT_EQ(error_member(result, "charged"), "unknown");
    EXPECT_NE(error_member(result, "message").find(GetParam().message), std::string::npos)
        << describe(result);
    EXPECT_TRUE(result.checkpoint.has_value());
    EXPECT_EQ(submits, 1U);
}

TEST_P(UnusableReply, ToASubmitIsNoObstacleWhereKeysAreHonoured) {
    std::size_t submits = 0;
    const auto result = run_with_first_submit(GetParam().reply, submits, true, 1000);
    EXPECT_EQ(video_of(result), video_url) << describe(result);
    EXPECT_EQ(submits, 2U);
}

INSTANTIATE_TEST_SUITE_P(Reply, UnusableReply, testing::ValuesIn(bad_replies),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Request, OfExactlyTheLimitsIsRead) {
    std::string body = R"({"id": "job-1", "status": "queued", "padding": ")";
    body.append(max_body_bytes - body.size() - 2, 'x').append("\"}");
    ASSERT_EQ(body.size(), max_body_bytes);
    std::size_t submits = 0;
    const auto result = run_with_first_submit(with_body(std::move(body)), submits, false);
    EXPECT_EQ(video_of(result), video_url) << describe(result);
    EXPECT_EQ(submits, 1U);
}

// A submit's reply that ends where a read of the node's does, and the reply to a poll that nobody asked for.
Reply reply_with_leftovers() {
    constexpr std::size_t first_read = 4096;
    const std::string body = R"({"id": "job-1", "status": "queued"})";
    const std::string forged =
        R"({"id": "job-1", "status": "completed", "output": {"video": "https://videos.example/other.mp4"}})";
    const auto head = [](const char* status, std::size_t length) {
        return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(length)
               + "\r\nX-Padding: ";
    };
    const std::string end = "\r\n\r\n";
    auto accepted_text = head("202 Accepted", body.size());
    accepted_text.append(first_read - accepted_text.size() - end.size() - body.size(), 'x');
    Reply reply;
    reply.raw = accepted_text + end + body + head("200 OK", forged.size()) + end + forged;
    return reply;
}

void expect_leftovers_unused(ScriptedApi& api, const test_support::RunSpec& spec) {
    NodeHost host;
    const auto result = host.run(spec);
    EXPECT_EQ(video_of(result), video_url) << describe(result);
    EXPECT_EQ(api.server().connections_accepted(), 2U);
    EXPECT_EQ(api.submits().size(), 1U);
}

TEST(Request, IsNotAnsweredByWhatAnotherLeftOver) {
    ScriptedApi api({.submit = [](const Request&, int) { return reply_with_leftovers(); }});
    expect_leftovers_unused(api, api.spec());
}

TEST(Request, IsNotAnsweredByWhatAnotherLeftOverInTls) {
    const test_support::TestDirectory directory;
    const auto authority = test_support::make_authority("Authority of this test");
    ScriptedApi api({.submit = [](const Request&, int) { return reply_with_leftovers(); }},
                    test_support::make_leaf(authority));
    auto spec = api.spec();
    spec.connection["ca_file"] = directory.write("ca.pem", authority.certificate_pem);
    expect_leftovers_unused(api, spec);
}

// The connection that was used again closed before a reply: a poll would be asked once more.
TEST(Request, ThatIsASubmitIsNeverRepeatedUnseenNotEvenAGet) {
    int submits = 0; // used on the server's thread, and when it has ended
    wfn::Result result;
    {
        test_support::ScriptedServer server([&](const Request& request) {
            if (request.target.find("/jobs/") != std::string::npos)
                return finished();
            return ++submits == 1 ? accepted("job-1") : test_support::no_reply(Reply::Then::close);
        });
        test_support::RunSpec spec;
        spec.input = valid_input();
        spec.connection = connection_to(server.base_url());
        spec.connection["api_binding"] = {
            {"name", "Asks by GET"},
            {"submit",
             {{"method", "GET"}, {"path", "/submit?image={{image}}"}, {"body", boost::json::object()}}},
            {"poll", {{"method", "GET"}, {"path", "/jobs/{id}"}}},
            {"reply", {{"id", {"/id"}}, {"status", {"/status"}}, {"video", {"/output/video"}}}},
            {"status_words",
             {{"queued", {"queued"}},
              {"running", {"processing"}},
              {"success", {"completed", "success", "succeeded"}},
              {"failed", {"failed"}},
              {"cancelled", {"cancelled"}}}}};
        NodeHost host;
        const auto first = host.run(spec);
        EXPECT_EQ(video_of(first), video_url) << describe(first);
        result = host.run(spec);
        EXPECT_EQ(server.connections_accepted(), 1U);
    }
    EXPECT_EQ(error_member(result, "type"), "Submission Unknown") << describe(result);
    EXPECT_EQ(submits, 2);
}

TEST(Request, CarriesTheTraceParentAndNamesTheHost) {
    ScriptedApi api({.poll = [](const Request&, int) { return still_running(); }});
    auto spec = api.spec();
    spec.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    NodeHost host;
    const auto live = host.start(spec);
    ASSERT_TRUE(api.server().wait_for_requests(2, test_support::long_enough));
    live->run().cancel();
    EXPECT_EQ(live->result().outcome, wfn::Outcome::cancelled);
    ASSERT_EQ(api.submits().size(), 1U);
    ASSERT_EQ(api.cancels().size(), 1U);
    for (const auto& request : api.server().requests()) {
        SCOPED_TRACE(request.method + " " + request.target);
        EXPECT_EQ(request.header("traceparent"), spec.traceparent);
        EXPECT_EQ(request.header("host"), "127.0.0.1:" + std::to_string(api.server().port()));
        EXPECT_NE(request.header("user-agent").find("integration-tests/1.0"), std::string::npos);
        EXPECT_EQ(request.header("authorization"), std::string("Bearer ") + api_key);
    }
}

TEST(Request, KeepsTheBasePath) {
    test_support::ScriptedServer server(
        [](const Request& request) { return request.method == "POST" ? accepted("job 1/ä") : finished(); });
    test_support::RunSpec spec;
    spec.input = valid_input();
    spec.connection = connection_to(server.base_url() + "/tenants/7/");
    NodeHost host;
    EXPECT_EQ(video_of(host.run(spec)), video_url);
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_EQ(requests[0].target, "/tenants/7/v1/image-to-video");
    EXPECT_EQ(requests[1].target, "/tenants/7/v1/jobs/job%201%2F%C3%A4");
}

TEST(Request, ToANameWithoutAnAddressSaysSo) {
    test_support::RunSpec spec;
    spec.input = valid_input();
    spec.connection = {{"api_key", api_key}, {"base_url", "https://nowhere.invalid"}, {"check_image", false}};
    // Long enough for a resolver that asks and asks again before it gives up.
    spec.timeout = 20s;
    NodeHost host;
    const auto live = host.start(spec);
    ASSERT_TRUE(live->wait_for_progress([](const wfn::Progress& progress) {
        return progress.phase == wfn::Phase::retrying
               && progress.message.find("nowhere.invalid") != std::string::npos;
    }));
    live->run().cancel();
    EXPECT_EQ(live->result().outcome, wfn::Outcome::cancelled);
}

TEST(Request, ToLocalhostByName) {
    ScriptedApi api;
    auto spec = api.spec();
    spec.connection["base_url"] = api.server().base_url("localhost");
    NodeHost host;
    const auto result = host.run(spec);
    EXPECT_EQ(video_of(result), video_url) << describe(result);
}

} // namespace
} // namespace node_tests
