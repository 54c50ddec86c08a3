#include "image_server.hpp"
#include "sandbox_api.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace sandbox_test {
namespace {

// One sandbox for all tests here; its one worker is kept busy by an image that never arrives, so that
// jobs stay queued without rendering anything.
class Api : public testing::Test {
protected:
    static void SetUpTestSuite() {
        images = new ImageServer({});
        server = new SandboxApi;
    }
    static void TearDownTestSuite() {
        delete server;
        delete images;
    }
    static std::string body() { return submit_body(images->url("/hang")); }

    static inline ImageServer* images = nullptr;
    static inline SandboxApi* server = nullptr;
};

TEST_F(Api, AcceptsAJobAndSaysWhereItIs) {
    const Answer answer = server->submit(body());
    EXPECT_EQ(answer.status, 202);
    EXPECT_EQ(answer.headers.at("location"), "/v1/jobs/" + id_of(answer));
    EXPECT_TRUE(answer.headers.contains("x-request-id"));
    const auto job = answer.json();
    EXPECT_EQ(job.at("status").as_string(), "queued");
    EXPECT_EQ(job.at("progress").to_number<double>(), 0);
    EXPECT_EQ(job.at("size").as_string(), "Square HD (1:1)");
    EXPECT_EQ(server->poll(id_of(answer)).status, 200);
    EXPECT_EQ(server->cancel(id_of(answer)).status, 200);
}

TEST_F(Api, KeepsAFileForTheJobThatNeedsIt) {
    const std::string url = server->base_url() + "/v1/files";
    const std::string file(2 * 1024 * 1024, 'x');
    EXPECT_EQ(call({"POST", url, {}, file, {}}).status, 401);
    EXPECT_EQ(call({"POST", url, {"Authorization: Bearer test-key"}, "", {}}).status, 400);
    const Answer kept =
        call({"POST", url, {"Authorization: Bearer test-key", "Content-Type: image/png"}, file, {}});
    EXPECT_EQ(kept.status, 201);
    const Answer found = call({"GET", std::string(kept.json().at("url").as_string()), {}, {}, {}});
    EXPECT_EQ(found.status, 200);
    EXPECT_EQ(found.body, file);
    EXPECT_EQ(call({"GET", server->base_url() + "/files/0123", {}, {}, {}}).status, 404);
}

TEST_F(Api, WantsAnApiKey) {
    const Answer answer = call(
        {"POST", server->base_url() + "/v1/image-to-video", {"Content-Type: application/json"}, body(), {}});
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.error_code(), "unauthorized");
    EXPECT_TRUE(answer.headers.contains("www-authenticate"));
    EXPECT_EQ(call({"GET", server->base_url() + "/v1/jobs", {}, {}, {}}).status, 401);
}

TEST_F(Api, ReplaysAnIdempotencyKey) {
    const auto created = server->statistic("jobs_created");
    const Answer first = server->submit(body(), {"Idempotency-Key: key-1"});
    const Answer second = server->submit(body(), {"Idempotency-Key: key-1"});
    EXPECT_EQ(first.status, 202);
    EXPECT_EQ(second.status, 200);
    EXPECT_EQ(id_of(first), id_of(second));
    EXPECT_FALSE(first.headers.contains("idempotent-replayed"));
    EXPECT_EQ(second.headers.at("idempotent-replayed"), "true");
    const Answer other = server->submit(submit_body(images->url("/hang"), "Another prompt altogether"),
                                        {"Idempotency-Key: key-1"});
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(other.error_code(), "idempotency_key_reused");
    EXPECT_EQ(server->statistic("jobs_created"), created + 1);
    EXPECT_EQ(server->submit(body(), {"Idempotency-Key: " + std::string(300, 'k')}).status, 400);
    server->cancel(id_of(first));
}

TEST_F(Api, CancelsOnceAndForAll) {
    const std::string id = id_of(server->submit(body()));
    for (int i = 0; i < 2; ++i) {
        const Answer answer = server->cancel(id);
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.json().at("status").as_string(), "cancelled");
    }
    EXPECT_EQ(server->poll(id).json().at("status").as_string(), "cancelled");
}

TEST_F(Api, AnswersAWaitingPollWhenTheJobEnds) {
    const std::string id = id_of(server->submit(body()));
    const auto polls = server->statistic("polls");
    const auto begin = std::chrono::steady_clock::now();
    boost::json::value job;
    std::thread waiter([&] { job = server->finish(id); });
    EXPECT_TRUE(eventually([&] { return server->statistic("polls") > polls; }));
    server->cancel(id);
    waiter.join();
    EXPECT_EQ(job.at("status").as_string(), "cancelled");
    EXPECT_LT(std::chrono::steady_clock::now() - begin,
              std::chrono::seconds(50)); // not the whole wait of 60 s
}

TEST_F(Api, KnowsNoOtherJobs) {
    EXPECT_EQ(server->poll("job_0123456789abcdef01234567").status, 404);
    EXPECT_EQ(server->cancel("job_0123456789abcdef01234567").status, 404);
    EXPECT_EQ(server->get("/videos/job_0123456789abcdef01234567.mp4").status, 404);
    EXPECT_EQ(server->get("/nothing").error_code(), "not_found");
}

TEST_F(Api, NamesTheMethodsItTakes) {
    const Answer answer = server->get("/v1/image-to-video");
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.headers.at("allow"), "POST");
    EXPECT_EQ(call({"DELETE", server->base_url() + "/", {}, {}, {}}).status, 405);
}

TEST_F(Api, RefusesBadBodies) {
    EXPECT_EQ(server->submit("{").status, 400);
    EXPECT_EQ(server->submit("[]").status, 422);
    EXPECT_EQ(server->submit(R"({"prompt":"zoom in slowly"})").error_code(), "invalid_input");
    const Answer vague = server->submit(submit_body("https://example.com/a.jpg", "zoom in"));
    EXPECT_EQ(vague.status, 422);
    EXPECT_EQ(vague.error_code(), "prompt_too_vague");
    const Answer url = server->submit(submit_body("ftp://example.com/a.jpg"));
    EXPECT_EQ(url.status, 422);
    EXPECT_EQ(url.error_code(), "invalid_image_url");
    const Answer type = call({"POST",
                              server->base_url() + "/v1/image-to-video",
                              {"Authorization: Bearer k", "Content-Type: text/plain"},
                              body(),
                              {}});
    EXPECT_EQ(type.status, 415);
}

TEST_F(Api, ListsJobsNewestFirst) {
    const std::string older = id_of(server->submit(body()));
    const std::string newer = id_of(server->submit(body()));
    const auto list = server->get("/v1/jobs?limit=2").json();
    ASSERT_EQ(list.at("jobs").as_array().size(), 2U);
    EXPECT_EQ(list.at("jobs").at(0).at("id").as_string(), newer);
    EXPECT_EQ(list.at("jobs").at(1).at("id").as_string(), older);
    EXPECT_EQ(server->get("/v1/jobs?limit=0").status, 422);
    server->cancel(older);
    server->cancel(newer);
}

TEST_F(Api, ServesAPageThatLoadsNothingFromElsewhere) {
    const Answer page = call({"GET", server->base_url() + "/", {}, {}, {}});
    EXPECT_EQ(page.status, 200);
    EXPECT_NE(page.headers.at("content-security-policy").find("default-src 'none'"), std::string::npos);
    EXPECT_NE(page.body.find("no AI"), std::string::npos);
    for (const char* const path : {"/page.js", "/page.css", "/favicon.svg"}) {
        EXPECT_EQ(call({"GET", server->base_url() + path, {}, {}, {}}).status, 200) << path;
        EXPECT_NE(page.body.find(path), std::string::npos);
    }
    EXPECT_EQ(page.body.find("src=\"http"), std::string::npos);
    const auto jobs = call({"GET", server->base_url() + "/jobs.json", {}, {}, {}}).json();
    EXPECT_TRUE(jobs.at("any_key").as_bool());
    EXPECT_EQ(call({"HEAD", server->base_url() + "/", {}, {}, {}}).status, 200);
}

TEST(ApiKey, IsTheOneFromTheEnvironment) {
    const SandboxApi server({}, {"PIXELML_SANDBOX_API_KEY=test-key"});
    EXPECT_EQ(server.get("/v1/jobs").status, 200);
    EXPECT_FALSE(server.get("/jobs.json").json().at("any_key").as_bool());
    for (const char* const wrong : {"Authorization: Bearer test-kez", "Authorization: Bearer test-key2",
                                    "Authorization: Bearer test", "Authorization: Basic test-key"})
        EXPECT_EQ(call({"GET", server.base_url() + "/v1/jobs", {wrong}, {}, {}}).status, 401) << wrong;
    EXPECT_EQ(server.log().find("test-key"), std::string::npos);
}

TEST(ModelNotAvailable, WhenItIsSwitchedOff) {
    const SandboxApi server({"--unavailable", "Pixel S"});
    const Answer answer = server.submit(pixel_s_body("https://example.com/a.jpg"));
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.error_code(), "model_not_available");
    EXPECT_TRUE(answer.headers.contains("retry-after"));
    EXPECT_EQ(server.statistic("jobs_created"), 0U);
}

TEST(ModelNotAvailable, WhenTheQueueIsFull) {
    const ImageServer images({});
    const SandboxApi server({"--queue", "1"});
    const std::string body = submit_body(images.url("/hang"));
    const std::string running = id_of(server.submit(body));
    ASSERT_TRUE(
        eventually([&] { return server.poll(running).json().at("status").as_string() == "running"; }));
    EXPECT_EQ(server.submit(body).status, 202);
    const Answer third = server.submit(body, {"Idempotency-Key: k"});
    EXPECT_EQ(third.status, 503);
    EXPECT_EQ(third.error_code(), "model_not_available");
    server.cancel(running); // makes room, and the refused key is still free
    ASSERT_TRUE(eventually([&] { return server.submit(body, {"Idempotency-Key: k"}).status == 202; }));
}

} // namespace
} // namespace sandbox_test
