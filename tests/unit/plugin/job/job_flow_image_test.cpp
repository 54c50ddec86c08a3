// The look at the image before a submit.
#include "job/flow_story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace job_engine::testing {
namespace {

using ::testing::ElementsAre;
using State = Checkpoint::State;

Facts checking(const std::string& more = {}) {
    Facts facts;
    facts.connection = R"("check_image": true)" + more;
    return facts;
}

TEST(JobFlowImage, IsLookedAtBeforeAnythingIsKeptOrSent) {
    FlowStory run(checking());
    run.start();
    EXPECT_EQ(run.image_asked(), example_input().at("image").as_string());
    EXPECT_FALSE(run.saving());
    EXPECT_FALSE(run.sending());
    EXPECT_EQ(run.progress().phase, Phase::preparing);
    run.image_checked(MediaUsable{});
    EXPECT_TRUE(run.saving());
    EXPECT_EQ(run.saved().state, State::intent);
    EXPECT_TRUE(run.warning_codes().empty());
}

TEST(JobFlowImage, IsLookedAtBeforeTheWaitForATurn) {
    FlowStory run(checking(R"(, "max_running": 1)"));
    run.start();
    EXPECT_FALSE(run.waiting_for_slot());
    run.image_checked(MediaUsable{});
    EXPECT_TRUE(run.waiting_for_slot());
}

TEST(JobFlowImage, ThatIsUnfitEndsTheRunUnpaid) {
    FlowStory run(checking());
    run.start();
    run.image_checked(make_error(ErrorCode::unsupported_media_format, "The image is neither JPG nor PNG."));
    ASSERT_TRUE(run.over());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::failed);
    EXPECT_EQ(run.error().code, ErrorCode::unsupported_media_format);
    EXPECT_EQ(run.error().charged, Charged::no);
    EXPECT_FALSE(run.outcome().checkpoint);
    EXPECT_EQ(run.sends(), 0);
}

TEST(JobFlowImage, ThatCannotBeCheckedIsAWarning) {
    FlowStory run(checking());
    run.start();
    run.image_checked(Warning{"image_not_checked", "Its server answered HTTP 403."});
    EXPECT_TRUE(run.saving());
    EXPECT_THAT(run.warning_codes(), ElementsAre("image_not_checked"));
}

TEST(JobFlowImage, IsNotLookedAtForAJobThatMayExist) {
    for (const auto state : {State::intent, State::submitted}) {
        auto facts = checking(R"(, "idempotent_submit": true)");
        FlowStory first(facts);
        first.start();
        first.image_checked(MediaUsable{});
        first.kept();
        if (state == State::submitted)
            first.reply(202, job_json("queued"));
        facts.checkpoint = first.saved();
        ASSERT_EQ(facts.checkpoint->state, state);
        FlowStory second(facts);
        second.start();
        EXPECT_TRUE(second.image_asked().empty());
        EXPECT_TRUE(second.sending());
    }
}

TEST(JobFlowImage, ACancelOrDeadlineEndsTheLook) {
    FlowStory cancelled(checking());
    cancelled.start();
    cancelled.cancel();
    ASSERT_TRUE(cancelled.over());
    EXPECT_EQ(cancelled.outcome().kind, Outcome::Kind::cancelled);
    EXPECT_EQ(cancelled.error().charged, Charged::no);

    auto facts = checking();
    facts.timeout = 1s;
    FlowStory late(facts);
    late.start();
    late.wake();
    ASSERT_TRUE(late.over());
    EXPECT_EQ(late.error().code, ErrorCode::processing_timeout);
    EXPECT_EQ(late.error().charged, Charged::no);
}

TEST(JobFlowImage, AVerdictThatComesTooLateChangesNothing) {
    FlowStory run(checking());
    run.start();
    run.image_checked(MediaUsable{});
    run.kept();
    ASSERT_TRUE(run.sending());
    run.image_checked(make_error(ErrorCode::invalid_media_url, "late"));
    EXPECT_FALSE(run.over());
    EXPECT_TRUE(run.last_was_continue());
}

} // namespace
} // namespace job_engine::testing
