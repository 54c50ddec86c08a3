#include "image_server.hpp"
#include "sandbox_api.hpp"
#include "test_images.hpp"

#include <gtest/gtest.h>

#include <signal.h>

namespace sandbox_test {
namespace {

using test_support::make_image;

namespace fs = std::filesystem;

class Shutdown : public testing::TestWithParam<int> {};

TEST_P(Shutdown, LeavesNoProcessAndNoFiles) {
    const ImageServer images({{"/photo.jpg", ok_answer(make_image("jpg", 1600, 1200))}});
    SandboxApi server({"--workers", "2"});
    const std::string body =
        submit_body(images.url("/photo.jpg"), "Slowly zoom in now", "Landscape FullHD (16:9)");
    const std::string id = id_of(server.submit(body));
    server.submit(submit_body(images.url("/hang"))); // a fetch under way
    server.submit(body);                             // a job in the queue
    server.wait_until_rendering(id);
    const auto children = children_of(server.id());
    ASSERT_FALSE(children.empty());

    const SandboxEnd ended = server.stop(GetParam());
    EXPECT_EQ(ended.exit_code, 0) << ended.errors;
    EXPECT_EQ(ended.output, ""); // the URL was the only line
    for (const pid_t child : children)
        EXPECT_FALSE(fs::exists("/proc/" + std::to_string(child)));
    EXPECT_TRUE(server.files().empty());
    const auto left =
        std::distance(fs::directory_iterator(server.temporary_directory()), fs::directory_iterator());
    EXPECT_EQ(left, 1); // the test's own log
}

INSTANTIATE_TEST_SUITE_P(Signals, Shutdown, testing::Values(SIGTERM, SIGINT));

TEST(ShutdownWithADirectory, KeepsFinishedVideosOnly) {
    const ImageServer images({{"/photo.jpg", ok_answer(make_image("jpg", 320, 240))}});
    std::string directory = (fs::temp_directory_path() / "sandbox-videos-XXXXXX").string();
    ASSERT_TRUE(mkdtemp(directory.data()));
    std::string id;
    {
        SandboxApi server({"--directory", directory});
        id = server.run(pixel_s_body(images.url("/photo.jpg"))).at("id").as_string();
        const auto unfinished = id_of(server.submit(submit_body(images.url("/photo.jpg"))));
        server.wait_until_rendering(unfinished);
        EXPECT_EQ(server.stop(SIGTERM).exit_code, 0);
    }
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory))
        names.push_back(entry.path().filename());
    EXPECT_EQ(names, std::vector<std::string>{id + ".mp4"});
    fs::remove_all(directory);
}

} // namespace
} // namespace sandbox_test
