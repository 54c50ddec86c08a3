#include "image_server.hpp"
#include "sandbox_api.hpp"

#include <gtest/gtest.h>

#include <curl/curl.h>

namespace sandbox_test {
namespace {

class FaultSwitches : public testing::Test {
protected:
    void set(const std::string& rules) { ASSERT_EQ(server.put_faults(rules).status, 200); }
    Answer submit(const std::string& key) { return server.submit(body, {"Idempotency-Key: " + key}); }

    ImageServer images{{}};
    SandboxApi server;
    std::string body = submit_body(images.url("/hang"));
};

TEST_F(FaultSwitches, RefuseWithRetryAfterAndCreateNothing) {
    set(R"([{"on":"submit","fault":"too_many_requests","times":1,"retry_after_seconds":7},
            {"on":"submit","fault":"unavailable","skip":1,"times":1}])");
    const Answer limited = submit("a");
    EXPECT_EQ(limited.status, 429);
    EXPECT_EQ(limited.headers.at("retry-after"), "7");
    const Answer unavailable = submit("a");
    EXPECT_EQ(unavailable.status, 503);
    EXPECT_TRUE(unavailable.headers.contains("retry-after"));
    EXPECT_EQ(server.statistic("jobs_created"), 0U);
    EXPECT_EQ(submit("a").status, 202);
    EXPECT_EQ(server.statistic("faults_applied"), 2U);
}

TEST_F(FaultSwitches, DropBeforeCreatesNothing) {
    set(R"({"on":"submit","fault":"drop_before","times":1})");
    EXPECT_NE(submit("a").curl_code, CURLE_OK);
    EXPECT_EQ(server.statistic("jobs_created"), 0U);
    EXPECT_EQ(submit("a").status, 202);
}

TEST_F(FaultSwitches, AfterCreationTheKeyFindsTheJobAgain) {
    int created = 0;
    for (const char* const fault : {"drop_after", "bad_gateway", "internal_error", "broken_body"}) {
        set(R"({"on":"submit","times":1,"fault":")" + std::string(fault) + "\"}");
        const Answer broken = submit(fault);
        EXPECT_TRUE(broken.json().is_null() || broken.status >= 500) << fault << " " << broken.body;
        EXPECT_EQ(server.statistic("jobs_created"), static_cast<std::uint64_t>(++created)) << fault;
        const Answer again = submit(fault);
        EXPECT_EQ(again.status, 200) << fault;
        EXPECT_EQ(again.headers.at("idempotent-replayed"), "true") << fault;
        EXPECT_EQ(server.statistic("jobs_created"), static_cast<std::uint64_t>(created)) << fault;
    }
}

TEST_F(FaultSwitches, BrokenBodyIsA200WithHalfOfTheJson) {
    const std::string id = id_of(submit("a"));
    set(R"({"on":"poll","fault":"broken_body"})");
    const Answer answer = server.poll(id);
    EXPECT_EQ(answer.curl_code, CURLE_OK);
    EXPECT_EQ(answer.status, 200);
    EXPECT_FALSE(answer.body.empty());
    EXPECT_TRUE(answer.json().is_null());
}

TEST_F(FaultSwitches, HoldKeepsTheAnswerOfAJobThatExists) {
    set(R"({"on":"submit","fault":"hold","delay_ms":60000,"times":1})");
    Call request{"POST",
                 server.base_url() + "/v1/image-to-video",
                 {"Authorization: Bearer k", "Content-Type: application/json", "Idempotency-Key: a"},
                 body,
                 {}};
    request.timeout_ms = 500;
    EXPECT_EQ(call(request).curl_code, CURLE_OPERATION_TIMEDOUT);
    EXPECT_EQ(server.statistic("jobs_created"), 1U);
    EXPECT_EQ(submit("a").status, 200);
}

TEST_F(FaultSwitches, SlowAnswersLater) {
    set(R"({"on":"cancel","fault":"slow","delay_ms":300})");
    const std::string id = id_of(submit("a"));
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(server.cancel(id).status, 200);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(300));
}

TEST_F(FaultSwitches, StalledBodyStopsHalfWay) {
    const std::string id = id_of(submit("a"));
    set(R"({"on":"poll","fault":"stalled_body","delay_ms":100})");
    const Answer answer = server.poll(id);
    EXPECT_NE(answer.curl_code, CURLE_OK);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body.size(), std::stoul(answer.headers.at("content-length")) / 2);
}

TEST_F(FaultSwitches, AreShownAndCleared) {
    set(R"({"on":"poll","fault":"drop_before"})");
    EXPECT_EQ(server.get("/sandbox/faults").json().at("rules").at(0).at("fault").as_string(), "drop_before");
    EXPECT_EQ(server.put_faults(R"({"on":"poll"})").status, 422);
    EXPECT_EQ(server.get("/sandbox/faults").json().at("rules").as_array().size(), 1U);
    set("[]");
    EXPECT_EQ(server.poll(id_of(submit("a"))).status, 200);
}

TEST(FaultOptions, AreTakenFromTheCommandLine) {
    const SandboxApi server({"--fault", R"({"on":"submit","fault":"unavailable","times":1})", "--fault",
                             R"({"on":"submit","fault":"too_many_requests","skip":1})"});
    EXPECT_EQ(server.submit("{}").status, 503);
    EXPECT_EQ(server.submit("{}").status, 429);
}

} // namespace
} // namespace sandbox_test
