#include "display/json_events.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

TEST(JsonEvents, Progress) {
    wfn::Progress progress;
    progress.phase = wfn::Phase::running;
    progress.fraction = 0.5;
    progress.elapsed = std::chrono::milliseconds(1200);
    progress.job_id = "j";
    progress.message = "line\nbreak";
    EXPECT_EQ(progress_event(progress),
              R"({"event":"progress","phase":"running","fraction":5E-1,"eta_ms":null,"elapsed_ms":1200,)"
              R"("job_id":"j","message":"line\nbreak"})"
              "\n");
    EXPECT_NE(progress_event({}).find(R"("fraction":null)"), std::string::npos);
}

TEST(JsonEvents, ResultOfEachOutcome) {
    wfn::Result result;
    result.outcome = wfn::Outcome::succeeded;
    result.output_json = "{\"video\":\n\"u\"}";
    EXPECT_EQ(result_event(result), "{\"event\":\"result\",\"outcome\":\"succeeded\",\"output\":{\"video\":"
                                    "\"u\"},\"checkpoint\":null}\n");

    result = {};
    result.error.emplace().json = R"({"code":"x"})";
    result.checkpoint.emplace().json = R"({"v":1})";
    EXPECT_EQ(result_event(result), "{\"event\":\"result\",\"outcome\":\"failed\",\"error\":{\"code\":\"x\"},"
                                    "\"checkpoint\":{\"v\":1}}\n");

    result = {};
    result.outcome = wfn::Outcome::suspended;
    result.checkpoint.emplace().json = "not json";
    result.resume_after = std::chrono::seconds(2);
    EXPECT_EQ(result_event(result),
              "{\"event\":\"result\",\"outcome\":\"suspended\",\"checkpoint\":\"not json\","
              "\"resume_after_ms\":2000}\n");
}

TEST(JsonEvents, ANumberStaysAsTheModuleWroteIt) {
    const std::string numbers = R"({"big":1e400,"small":0.1,"long":123456789012345678901234567890})";
    wfn::Result result;
    result.outcome = wfn::Outcome::succeeded;
    result.output_json = numbers;
    result.checkpoint.emplace().json = numbers;
    EXPECT_EQ(result_event(result), R"({"event":"result","outcome":"succeeded","output":)" + numbers
                                        + R"(,"checkpoint":)" + numbers + "}\n");
    EXPECT_EQ(warning_events(R"([{"code":"a","message":"b","size":1e400}])"),
              "{\"event\":\"warning\",\"code\":\"a\",\"message\":\"b\"}\n");
}

TEST(JsonEvents, Warnings) {
    EXPECT_EQ(warning_events("[]"), "");
    EXPECT_EQ(warning_events("broken"), "");
    EXPECT_EQ(warning_events(R"([{"code":"a","message":"b"},{"code":"c","message":"d"}])"),
              "{\"event\":\"warning\",\"code\":\"a\",\"message\":\"b\"}\n"
              "{\"event\":\"warning\",\"code\":\"c\",\"message\":\"d\"}\n");
}

TEST(JsonEvents, OneLine) {
    EXPECT_EQ(one_line("{\"a\": 1.0}"), "{\"a\": 1.0}"); // untouched
    EXPECT_EQ(one_line("{\n\"a\": [1e400]\r\n}"), "{\"a\": [1e400]}");
    EXPECT_EQ(one_line("not\nJSON"), "not\nJSON");
}

} // namespace
} // namespace cli
