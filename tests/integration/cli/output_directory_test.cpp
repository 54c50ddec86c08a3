// --output-directory: the files behind the outputs of many runs.
#include "video_service.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

namespace {

namespace json = boost::json;
using test_support::json_reply;
using test_support::Reply;
using test_support::Request;
using test_support::ScriptedServer;

std::string inputs(int count) {
    std::string lines;
    for (int i = 0; i < count; ++i)
        lines += R"({"prompt":"p)" + std::to_string(i)
                 + R"(","image":"https://example.com/a.png","negative_prompt":null})" + "\n";
    return lines;
}

std::vector<std::string> mp4_names(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        names.push_back(entry.path().filename().string());
    return names;
}

class OutputDirectory : public testing::Test {
protected:
    OutputDirectory() { std::filesystem::create_directory(videos); }

    const TemporaryDirectory directory;
    const std::string videos = directory.file("videos");
};

TEST_F(OutputDirectory, HasAFileForEachRunOfABatch) {
    VideoService service(whole_film);
    Process::Options options = service.account();
    options.input = R"({"run_key":"shoe-17","input":)" + lines_of(inputs(1))[0] + "}\n"
                    + R"({"run_key":"../../etc/passwd","input":)" + lines_of(inputs(1))[0] + "}\n"
                    + inputs(1);
    const Outcome outcome =
        workflow_node({"batch", PIXELML_NODES, "-", "--output-directory", videos}, options);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    const auto lines = lines_of(outcome.out);
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_EQ(json::parse(lines[0]).at("files").at("video").at("file"), json::value(videos + "/shoe-17.mp4"));
    EXPECT_EQ(mp4_names(videos).size(), 3u);
    for (const std::string& line : lines) {
        const std::string file(json::parse(line).at("files").at("video").at("file").as_string());
        EXPECT_EQ(std::filesystem::path(file).parent_path(), videos);
        EXPECT_EQ(read_text(file), film);
    }
}

TEST_F(OutputDirectory, IsFilledUpByARepetition) {
    write_text(directory.file("in"), inputs(8));
    std::atomic<bool> all_come = false;
    VideoService service([&](const Request& request) {
        return all_come || request.target.find("job-3.") == std::string::npos ? video_reply(film)
                                                                              : json_reply(404, "{}");
    });
    std::vector<std::string> batch{"batch", PIXELML_NODES,       directory.file("in"),
                                   "-J",    directory.file("j"), "--output-directory",
                                   videos};
    const Outcome first = workflow_node(batch, service.account());
    EXPECT_EQ(first.exit_code, 6) << first.err;
    EXPECT_TRUE(has(first.err, "1 file not kept")) << first.err;
    EXPECT_EQ(mp4_names(videos).size(), 7u);
    EXPECT_EQ(service.downloads().size(), 8u);
    all_come = true;
    batch.emplace_back("--resume");
    const Outcome second = workflow_node(batch, service.account());
    EXPECT_EQ(second.exit_code, 0) << second.err;
    EXPECT_EQ(mp4_names(videos).size(), 8u);
    EXPECT_EQ(service.downloads().size(), 9u);
    EXPECT_EQ(service.submits(), 8u);
    for (const std::string& line : lines_of(second.out))
        EXPECT_EQ(json::parse(line).at("files").at("video").at("bytes"), 200000) << line;
}

TEST_F(OutputDirectory, TakesFourAtATime) {
    const ScriptedServer store([](const Request&) {
        Reply slow = video_reply(film);
        slow.hold = std::chrono::milliseconds(300);
        return slow;
    });
    VideoService service([&](const Request&) {
        return json_reply(302, "", {{"Location", store.base_url()}});
    });
    write_text(directory.file("in"), inputs(12));
    const Outcome outcome = workflow_node(
        {"batch", PIXELML_NODES, directory.file("in"), "-n", "12", "--output-directory", videos},
        service.account());
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(store.requests().size(), 12u);
    EXPECT_EQ(store.max_connections_open(), 4u);
}

TEST_F(OutputDirectory, HasAFileInTheWayOfARunThatIsNotPaid) {
    write_text(videos + "/shoe-17.webm", "precious");
    VideoService service(whole_film);
    Process::Options options = service.account();
    options.input = R"({"run_key":"shoe-17","input":)" + lines_of(inputs(1))[0] + "}\n";
    const std::vector<std::string> batch{"batch", PIXELML_NODES, "-", "--output-directory", videos};
    const Outcome outcome = workflow_node(batch, options);
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(json::parse(outcome.out).at("error").at("code"), "file_exists");
    EXPECT_EQ(service.submits(), 0u);
    EXPECT_EQ(
        workflow_node({"batch", PIXELML_NODES, "-", "--output-directory", directory.file("none")}, options)
            .exit_code,
        2);
}

TEST_F(OutputDirectory, HasOneFileForAKeyThatIsThereTwice) {
    VideoService service(whole_film);
    Process::Options options = service.account();
    const std::string line = R"({"run_key":"shoe-17","input":)" + lines_of(inputs(1))[0] + "}\n";
    options.input = line + line;
    const Outcome outcome =
        workflow_node({"batch", PIXELML_NODES, "-", "--output-directory", videos, "--overwrite"}, options);
    EXPECT_EQ(outcome.exit_code, 1);
    const auto lines = lines_of(outcome.out);
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(json::parse(lines[1]).at("error").at("code"), "file_exists") << lines[1];
    EXPECT_EQ(service.submits(), 1u);
}

TEST_F(OutputDirectory, WithAFileInTheWayStillHasTheOutputCollected) {
    write_text(videos + "/a.mp4", "precious");
    VideoService service(whole_film);
    EXPECT_EQ(workflow_node(pixelml_run({"-J", directory.file("j"), "--run-key", "a", "--suspend"}),
                            service.account())
                  .exit_code,
              4);
    const Outcome outcome = workflow_node(
        {"collect", PIXELML_NODES, "--all", "-J", directory.file("j"), "--output-directory", videos},
        service.account());
    EXPECT_EQ(outcome.exit_code, 6) << outcome.err;
    const json::value line = json::parse(outcome.out);
    EXPECT_TRUE(line.at("output").as_object().contains("video"));
    EXPECT_EQ(line.at("files").at("video").at("error").at("code"), "file_exists");
    EXPECT_EQ(read_text(videos + "/a.mp4"), "precious");
}

TEST_F(OutputDirectory, IsFilledByCollectAll) {
    VideoService service(whole_film);
    for (const char* run_key : {"a", "b"}) {
        EXPECT_EQ(workflow_node(pixelml_run({"-J", directory.file("j"), "--run-key", run_key, "--suspend"}),
                                service.account())
                      .exit_code,
                  4);
    }
    const Outcome outcome = workflow_node(
        {"collect", PIXELML_NODES, "--all", "-J", directory.file("j"), "--output-directory", videos},
        service.account());
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(read_text(videos + "/a.mp4"), film);
    EXPECT_EQ(read_text(videos + "/b.mp4"), film);
}

} // namespace
