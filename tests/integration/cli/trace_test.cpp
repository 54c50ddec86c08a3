// --trace: what went over the wire, in a file of its own.
#include "pixelml_run.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <scripted_server.hpp>

namespace {

namespace json = boost::json;
using test_support::json_reply;
using test_support::Reply;
using test_support::Request;
using test_support::ScriptedServer;

// Repeats the key wherever it can.
Reply done_at_the_second_request(const Request& request) {
    if (request.method == "POST")
        return json_reply(202, R"({"id": "job-1", "status": "queued"})", {{"X-Request-Id", api_key}});
    return json_reply(200,
                      R"({"status": "succeeded", "output": {"video": "https://v.example/1.mp4"}, "key": ")"
                          + std::string(api_key) + R"("})");
}

// The purposes in the file, whose every line is checked.
std::vector<std::string> purposes_in(const std::string& file) {
    std::vector<std::string> purposes;
    for (const std::string& line : lines_of(read_text(file))) {
        EXPECT_EQ(line.find(api_key), std::string::npos) << line;
        const json::object exchange = json::parse(line).as_object();
        EXPECT_EQ(exchange.begin()->key(), "time");
        EXPECT_EQ(exchange.at("time").as_string().size(), std::string("2026-01-31T12:00:00.123Z").size());
        purposes.emplace_back(exchange.at("purpose").as_string());
    }
    return purposes;
}

using Purposes = std::vector<std::string>;

TEST(Trace, HasALineForEachExchangeAndIsItsOwnersAlone) {
    TemporaryDirectory directory;
    const std::string file = directory.file("t");
    const ScriptedServer server(done_at_the_second_request);
    const Outcome outcome = workflow_node(pixelml_run({"--trace", file}), account_at(server));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(purposes_in(file), (Purposes{"submit", "poll"}));
    struct stat status {};
    ASSERT_EQ(stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    EXPECT_EQ(outcome.err.find("trace"), std::string::npos) << outcome.err;
}

TEST(Trace, AppendsToAFileAndClosesItToOthers) {
    TemporaryDirectory directory;
    const std::string file = directory.file("t");
    write_text(file, "{\"time\":\"2026-01-31T12:00:00.123Z\",\"purpose\":\"earlier\"}\n");
    ASSERT_EQ(chmod(file.c_str(), 0644), 0);
    const ScriptedServer server([](const Request&) { return json_reply(404, "{}"); });
    const Outcome outcome =
        workflow_node({"validate", PIXELML_NODES, "--check-connection", "--trace", file}, account_at(server));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(purposes_in(file), (Purposes{"earlier", "check"}));
    struct stat status {};
    ASSERT_EQ(stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(Trace, NamesTheRunsOfABatchAndOfACollect) {
    TemporaryDirectory directory;
    const ScriptedServer server(done_at_the_second_request);
    const std::string input = R"({"prompt":"hi","image":"https://example.com/a.png","negative_prompt":null})";
    write_text(directory.file("b"), R"({"run_key":"first","input":)" + input + "}\n");
    EXPECT_EQ(
        workflow_node({"batch", PIXELML_NODES, directory.file("b"), "-q", "--trace", directory.file("t")},
                      account_at(server))
            .exit_code,
        0);
    EXPECT_EQ(purposes_in(directory.file("t")), (Purposes{"submit", "poll"}));
    EXPECT_EQ(json::parse(lines_of(read_text(directory.file("t"))).front()).at("run"), "first");

    const std::vector<std::string> journal{"--journal", directory.file("j")};
    auto suspended = pixelml_run({"--suspend", "--run-key", "second"});
    suspended.insert(suspended.end(), journal.begin(), journal.end());
    EXPECT_EQ(workflow_node(suspended, account_at(server)).exit_code, 4);
    std::vector<std::string> collect{"collect", PIXELML_NODES, "second", "--trace", directory.file("c")};
    collect.insert(collect.end(), journal.begin(), journal.end());
    EXPECT_EQ(workflow_node(collect, account_at(server)).exit_code, 0);
    EXPECT_EQ(purposes_in(directory.file("c")), Purposes{"poll"});
    EXPECT_EQ(json::parse(lines_of(read_text(directory.file("c"))).front()).at("run"), "second");
}

TEST(Trace, AFullDiskEndsTheTraceAndNotTheRun) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "the thread sanitizer writes a file of its own before main()";
#endif
    TemporaryDirectory directory;
    const ScriptedServer server(done_at_the_second_request);
    auto options = account_at(server);
    options.no_file_may_grow = true;
    const Outcome outcome = workflow_node(pixelml_run({"--trace", directory.file("t")}), options);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "{\"video\":\"https://v.example/1.mp4\"}\n");
    const auto warning = outcome.err.find("File too large");
    EXPECT_NE(warning, std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.err.find("File too large", warning + 1), std::string::npos) << outcome.err;
}

TEST(Trace, IsRefusedBeforeAnythingIsSent) {
    TemporaryDirectory directory;
    const ScriptedServer server(done_at_the_second_request);
    const Outcome outcome =
        workflow_node(pixelml_run({"--trace", directory.file("none/t"), "--journal", directory.file("j")}),
                      account_at(server));
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_NE(outcome.err.find("cannot write a trace to"), std::string::npos) << outcome.err;
    EXPECT_EQ(workflow_node(pixelml_run({"--trace", directory.file("t"), "--dry-run"})).exit_code, 2);
    EXPECT_EQ(workflow_node({"validate", PIXELML_NODES, "--set", "prompt=hi", "--trace", directory.file("t")})
                  .exit_code,
              2);
    EXPECT_TRUE(directory.names().empty());
    EXPECT_TRUE(server.requests().empty());
}

} // namespace
