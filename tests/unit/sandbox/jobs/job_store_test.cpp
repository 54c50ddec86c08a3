#include "api/job_json.hpp"
#include "jobs/job_store.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sandbox {
namespace {

GenerationRequest request_for(std::string prompt) {
    GenerationRequest request;
    request.prompt = std::move(prompt);
    request.image = "https://example.com/a.jpg";
    request.size = "Square HD (1:1)";
    return request;
}

TimePoint at(int seconds) {
    return TimePoint(std::chrono::seconds(seconds));
}

TEST(JobStore, FollowsAJobToItsEnd) {
    JobStore store;
    store.add("a", request_for("pan left now"), "", at(1));
    ASSERT_TRUE(store.find("a"));
    EXPECT_EQ(store.find("a")->status, JobStatus::queued);
    EXPECT_EQ(store.find("a")->move.motion, Motion::pan_left);
    EXPECT_TRUE(store.start("a", at(2)));
    EXPECT_TRUE(store.report_image("a", {720, 720}));
    EXPECT_TRUE(store.report_progress("a", 0.5, 3.0));
    EXPECT_EQ(store.find("a")->eta_seconds, 3.0);
    EXPECT_TRUE(store.succeed("a", at(9)));
    EXPECT_EQ(store.find("a")->status, JobStatus::succeeded);
    EXPECT_EQ(store.find("a")->progress, 1);
    EXPECT_EQ(store.find("a")->eta_seconds, std::nullopt);
    EXPECT_EQ(store.find("a")->finished_at, at(9));
}

TEST(JobStore, NeverGoesBack) {
    JobStore store;
    store.add("a", request_for("x"), "", at(1));
    store.start("a", at(1));
    store.report_progress("a", 0.6, 1.0);
    store.report_progress("a", 0.2, 1.0);
    EXPECT_EQ(store.find("a")->progress, 0.6);
    EXPECT_TRUE(store.cancel("a", at(2)));
    EXPECT_FALSE(store.cancel("a", at(3)));
    EXPECT_FALSE(store.start("a", at(3)));
    EXPECT_FALSE(store.report_image("a", {2, 2}));
    EXPECT_FALSE(store.report_progress("a", 1, 0.0));
    EXPECT_FALSE(store.succeed("a", at(3)));
    EXPECT_FALSE(store.fail("a", {"x", "y"}, at(3)));
    EXPECT_EQ(store.find("a")->status, JobStatus::cancelled);
    EXPECT_EQ(store.find("a")->finished_at, at(2));
    EXPECT_FALSE(store.find("a")->error);
}

TEST(JobStore, KnowsNothingOfOtherIds) {
    JobStore store;
    EXPECT_EQ(store.find("b"), nullptr);
    EXPECT_FALSE(store.start("b", at(1)));
    EXPECT_FALSE(store.cancel("b", at(1)));
}

TEST(JobStore, ReplaysTheSameKeyAndRefusesAnotherRequestWithIt) {
    JobStore store;
    using Submission = JobStore::Submission;
    EXPECT_EQ(store.look_up("key", request_for("x")).submission, Submission::is_new);
    store.add("a", request_for("x"), "key", at(1));
    const auto again = store.look_up("key", request_for("x"));
    EXPECT_EQ(again.submission, Submission::replayed);
    ASSERT_TRUE(again.job);
    EXPECT_EQ(again.job->id, "a");
    EXPECT_EQ(store.look_up("key", request_for("y")).submission, Submission::key_reused);
    EXPECT_EQ(store.look_up("other", request_for("x")).submission, Submission::is_new);
    EXPECT_EQ(store.look_up("", request_for("x")).submission, Submission::is_new);
    store.fail("a", {"x", "y"}, at(2));
    EXPECT_EQ(store.look_up("key", request_for("x")).submission, Submission::replayed);
}

TEST(JobStore, DropsTheOldestFinishedJobsWithTheirKeys) {
    JobStore store(2);
    store.add("a", request_for("x"), "key a", at(1));
    store.add("b", request_for("x"), "key b", at(2));
    EXPECT_TRUE(store.add("c", request_for("x"), "", at(3)).empty()); // nothing finished: all stay
    EXPECT_EQ(store.size(), 3U);
    store.cancel("b", at(4));
    store.cancel("a", at(5));
    EXPECT_EQ(store.add("d", request_for("x"), "", at(6)), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(store.find("a"), nullptr);
    EXPECT_EQ(store.look_up("key a", request_for("other")).submission, JobStore::Submission::is_new);
    EXPECT_EQ(store.size(), 2U);
    EXPECT_EQ(store.created(), 4U);
}

TEST(JobStore, ListsNewestFirstAndCounts) {
    JobStore store;
    for (const char* const id : {"a", "b", "c"})
        store.add(id, request_for("x"), "", at(1));
    store.fail("b", {"x", "y"}, at(2));
    const auto newest = store.newest(2);
    ASSERT_EQ(newest.size(), 2U);
    EXPECT_EQ(newest[0]->id, "c");
    EXPECT_EQ(newest[1]->id, "b");
    EXPECT_EQ(store.count(JobStatus::queued), 2U);
    EXPECT_EQ(store.count(JobStatus::failed), 1U);
}

TEST(JobJson, ShowsOutputOnlyOnSuccess) {
    JobStore store;
    store.add("a", request_for("x"), "", at(0));
    auto json = job_json(*store.find("a"), "http://h:1");
    EXPECT_EQ(json.at("status").as_string(), "queued");
    EXPECT_TRUE(json.at("output").is_null());
    EXPECT_TRUE(json.at("error").is_null());
    EXPECT_TRUE(json.at("negative_prompt").is_null());
    EXPECT_EQ(json.at("created_at").as_string(), "1970-01-01T00:00:00.000Z");
    store.succeed("a", at(1));
    json = job_json(*store.find("a"), "http://h:1");
    EXPECT_EQ(json.at("output").at("video").as_string(), "http://h:1/videos/a.mp4");
}

TEST(JobJson, ShowsTheErrorOfAFailedJobAndNoSizeForPixelS) {
    JobStore store;
    GenerationRequest request = request_for("x");
    request.model = Model::pixel_s;
    request.size.clear();
    store.add("a", request, "", at(0));
    store.fail("a", {"image_too_large", "Too large."}, at(1));
    const auto json = job_json(*store.find("a"), "");
    EXPECT_EQ(json.at("error").at("code").as_string(), "image_too_large");
    EXPECT_FALSE(json.contains("size"));
}

TEST(JobJson, BoundsItsLists) {
    JobStore store;
    for (int i = 0; i < 5; ++i)
        store.add(std::to_string(i), request_for(std::string(9000, 'x')), "", at(0));
    const auto json = job_list_json(store, 3, "");
    EXPECT_EQ(json.at("jobs").as_array().size(), 3U);
    EXPECT_LE(json.at("jobs").at(0).at("prompt").as_string().size(), 600U);
    EXPECT_EQ(json.at("counts").at("queued").as_uint64(), 5U);
    EXPECT_EQ(json.at("created").as_uint64(), 5U);
}

} // namespace
} // namespace sandbox
