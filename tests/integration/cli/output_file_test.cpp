// --output: the file behind the output, kept once it is paid for.
#include "video_service.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <csignal>
#include <filesystem>

namespace {

namespace json = boost::json;
using test_support::json_reply;
using test_support::Reply;
using test_support::Request;
using test_support::ScriptedServer;

TEST(OutputFile, IsTheVideoWholeAndTheOutputStaysAsItIs) {
    TemporaryDirectory directory;
    VideoService service(whole_film);
    const std::string file = directory.file("clip.mp4");
    const Outcome outcome = workflow_node(pixelml_run({"--output", file}), service.account());
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, R"({"video":")" + service.base_url() + "/videos/job-1.mp4?signature=hidden\"}\n");
    EXPECT_TRUE(has(outcome.err, "Kept " + file + ": 195.3 KiB.")) << outcome.err;
    EXPECT_TRUE(has(outcome.err, "downloading: clip.mp4")) << outcome.err;
    EXPECT_EQ(read_text(file), film);
    EXPECT_EQ(directory.names(), std::vector<std::string>{"clip.mp4"});
    struct stat status {};
    ASSERT_EQ(stat(file.c_str(), &status), 0);
    const mode_t mask = umask(0);
    umask(mask);
    EXPECT_EQ(status.st_mode & 0777, 0666u & ~mask);
    // The video's server is the API's own, so it gets the key; nobody else does.
    ASSERT_EQ(service.downloads().size(), 1u);
    EXPECT_EQ(service.downloads().front().header("authorization"), "Bearer secret-key-1");
    EXPECT_FALSE(has(outcome.err, api_key));
}

TEST(OutputFile, IsDescribedInTheResultOfJsonLines) {
    TemporaryDirectory directory;
    VideoService service(whole_film);
    const std::string file = directory.file("clip.mp4");
    const Outcome outcome = workflow_node(pixelml_run({"-o", file, "--json"}), service.account());
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    const json::value result = json::parse(lines_of(outcome.out).back());
    const json::value& kept = result.at("files").at("video");
    EXPECT_EQ(kept.at("file"), json::value(file));
    EXPECT_EQ(kept.at("bytes"), 200000);
    EXPECT_EQ(kept.at("sha256").as_string().size(), 64u);
    EXPECT_EQ(result.at("output").as_object().size(), 1u);
    // The output does not wait for the file.
    const auto lines = lines_of(outcome.out);
    const json::value early = json::parse(lines[lines.size() - 2]);
    EXPECT_EQ(early.at("event"), "output");
    EXPECT_EQ(early.at("output"), result.at("output"));
}

TEST(OutputFile, ThatIsThereOrCannotBeWrittenIsRefusedUnpaid) {
    TemporaryDirectory directory;
    VideoService service(whole_film);
    const std::string file = directory.file("clip.mp4");
    write_text(file, "precious");
    for (const std::string& place :
         {file, directory.file("nowhere/clip.mp4"), directory.file(""), std::string("/proc/clip.mp4")}) {
        const Outcome outcome = workflow_node(pixelml_run({"--output", place}), service.account());
        EXPECT_EQ(outcome.exit_code, 2) << place;
        EXPECT_EQ(outcome.out, "");
    }
    EXPECT_EQ(service.submits(), 0u);
    EXPECT_EQ(read_text(file), "precious");
    const Outcome forced = workflow_node(pixelml_run({"--output", file, "--overwrite"}), service.account());
    EXPECT_EQ(forced.exit_code, 0) << forced.err;
    EXPECT_EQ(read_text(file), film);
}

TEST(OutputFile, OfANodeWithoutOneIsRefused) {
    TemporaryDirectory directory;
    const Outcome outcome =
        workflow_node({"run", "echo", "--set", "text=hi", "--output", directory.file("clip.mp4")});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_TRUE(has(outcome.err, "has no output that is the URL of a file")) << outcome.err;
}

TEST(OutputFile, ThatCannotBeFetchedLeavesTheRunASuccess) {
    TemporaryDirectory directory;
    VideoService service([](const Request&) { return json_reply(404, "{}"); });
    const Outcome outcome =
        workflow_node(pixelml_run({"--output", directory.file("clip.mp4")}), service.account());
    EXPECT_EQ(outcome.exit_code, 6);
    EXPECT_TRUE(has(outcome.out, "/videos/job-1.mp4")) << outcome.out;
    EXPECT_TRUE(has(outcome.err, "HTTP 404")) << outcome.err;
    EXPECT_TRUE(has(outcome.err, "download it from there")) << outcome.err;
    EXPECT_FALSE(has(outcome.err, "signature=hidden")) << outcome.err;
    EXPECT_EQ(service.downloads().size(), 1u);
    EXPECT_TRUE(directory.names().empty());
}

TEST(OutputFile, IsFetchedAgainFromTheCheckpoint) {
    TemporaryDirectory directory;
    int requests = 0;
    VideoService service(
        [&](const Request&) { return ++requests <= 2 ? json_reply(410, "{}") : video_reply(film); });
    const auto arguments =
        pixelml_run({"--output", directory.file("clip.mp4"), "--checkpoint", directory.file("c")});
    for (int i = 0; i < 2; ++i) {
        const Outcome first = workflow_node(arguments, service.account());
        EXPECT_EQ(first.exit_code, 6);
        EXPECT_TRUE(has(first.err, "run the same command again")) << first.err;
        EXPECT_EQ(directory.names(), std::vector<std::string>{"c"});
    }
    const Outcome second = workflow_node(arguments, service.account());
    EXPECT_EQ(second.exit_code, 0) << second.err;
    EXPECT_EQ(directory.names(), std::vector<std::string>{"clip.mp4"});
    EXPECT_EQ(service.submits(), 1u);
}

TEST(OutputFile, IsFetchedAgainByCollect) {
    TemporaryDirectory directory;
    const std::string journal = directory.file("j");
    const std::string file = directory.file("clip.mp4");
    int requests = 0;
    VideoService service(
        [&](const Request&) { return ++requests == 1 ? json_reply(418, "{}") : video_reply(film); });
    const Outcome first =
        workflow_node(pixelml_run({"--output", file, "-J", journal, "--run-key", "k"}), service.account());
    EXPECT_EQ(first.exit_code, 6);
    EXPECT_TRUE(has(first.err, "workflow-node collect k --output")) << first.err;
    const Outcome second =
        workflow_node({"collect", PIXELML_NODES, "k", "-J", journal, "--output", file}, service.account());
    EXPECT_EQ(second.exit_code, 0) << second.err;
    EXPECT_EQ(second.out, first.out);
    EXPECT_EQ(read_text(file), film);
    const Outcome again =
        workflow_node({"collect", PIXELML_NODES, "k", "-J", journal, "--output", file}, service.account());
    EXPECT_EQ(again.exit_code, 2);
    EXPECT_EQ(service.submits(), 1u);
}

TEST(OutputFile, IsKeptWhereTheOutputCannotBeWritten) {
    TemporaryDirectory directory;
    VideoService service(whole_film);
    const std::vector<std::string> where{"-J", directory.file("j"), "--output", directory.file("clip.mp4")};
    auto run = pixelml_run({"--run-key", "k"});
    run.insert(run.end(), where.begin(), where.end());
    std::vector<std::string> collect{"collect", PIXELML_NODES, "k"};
    collect.insert(collect.end(), where.begin(), where.end());
    Process::Options options = service.account();
    options.standard_output = Process::Stdout::closed;
    for (const auto& words : {run, collect}) {
        EXPECT_EQ(workflow_node(words, options).exit_code, 141);
        EXPECT_EQ(read_text(directory.file("clip.mp4")), film);
        std::filesystem::remove(directory.file("clip.mp4"));
    }
    EXPECT_EQ(service.submits(), 1u);
}

TEST(OutputFile, WhoseOnlyUrlHasExpiredIsLeftToTheService) {
    TemporaryDirectory directory;
    VideoService service([](const Request&) { return json_reply(403, "{}"); });
    const std::vector<std::string> where{"-J", directory.file("j"), "--output", directory.file("clip.mp4")};
    auto arguments = pixelml_run({"--run-key", "k"});
    arguments.insert(arguments.end(), where.begin(), where.end());
    std::vector<std::string> collect{"collect", PIXELML_NODES, "k"};
    collect.insert(collect.end(), where.begin(), where.end());
    for (const auto& words : {arguments, arguments, collect}) {
        const Outcome outcome = workflow_node(words, service.account());
        EXPECT_EQ(outcome.exit_code, 6);
        EXPECT_TRUE(has(outcome.err, "may still have the file, of its job job-1.")) << outcome.err;
    }
    EXPECT_EQ(service.submits(), 1u);
}

TEST(OutputFile, OfAFullDiskIsNotLeftInPart) {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "the thread sanitizer writes a file of its own before main()";
#endif
    TemporaryDirectory directory;
    VideoService service(whole_film);
    Process::Options options = service.account();
    options.max_file = 100000;
    const Outcome outcome = workflow_node(pixelml_run({"--output", directory.file("clip.mp4")}), options);
    EXPECT_EQ(outcome.exit_code, 6);
    EXPECT_TRUE(has(outcome.err, "could not be written: File too large")) << outcome.err;
    EXPECT_TRUE(directory.names().empty());
}

TEST(OutputFile, IsNotLeftInPartByCtrlC) {
    TemporaryDirectory directory;
    Reply silent = video_reply("");
    silent.raw =
        "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 200000\r\n\r\n" + mp4_of(60000);
    silent.then = Reply::Then::fall_silent;
    VideoService service([&](const Request&) { return silent; });
    for (const int times : {1, 2}) {
        Process process(pixelml_run({"--output", directory.file("clip.mp4")}), service.account());
        ASSERT_TRUE(process.wait_for_stderr("downloading: clip.mp4 (30%")) << process.err();
        EXPECT_EQ(directory.names().size(), 1u);
        for (int i = 0; i < times; ++i)
            process.send(SIGINT);
        const int code = process.wait();
        // The first one may have ended it before the second came.
        EXPECT_TRUE(code == 6 || (times == 2 && code == 130)) << code;
        EXPECT_TRUE(has(process.out(), "/videos/job-")) << process.out();
        EXPECT_TRUE(directory.names().empty());
    }
}

TEST(OutputFile, LargerThanTheLimitIsRefused) {
    TemporaryDirectory directory;
    VideoService service(whole_film);
    const Outcome outcome = workflow_node(
        pixelml_run({"--output", directory.file("clip.mp4"), "--largest-file", "100K"}), service.account());
    EXPECT_EQ(outcome.exit_code, 6);
    EXPECT_TRUE(has(outcome.err, "larger than 100.0 KiB")) << outcome.err;
    EXPECT_TRUE(directory.names().empty());
}

TEST(OutputFile, GoesToAnotherServerWithoutTheKey) {
    TemporaryDirectory directory;
    const ScriptedServer store(whole_film);
    VideoService service([&](const Request&) {
        return json_reply(302, "", {{"Location", store.base_url() + "/stored.mp4"}});
    });
    const Outcome outcome =
        workflow_node(pixelml_run({"--output", directory.file("clip.mp4")}), service.account());
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    ASSERT_EQ(store.requests().size(), 1u);
    EXPECT_EQ(store.requests().front().header("authorization"), "");
    EXPECT_EQ(read_text(directory.file("clip.mp4")), film);
}

} // namespace
