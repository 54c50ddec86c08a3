// A file of the host that is part of a submit.
#include "job/flow_story.hpp"
#include "job/submit_file.hpp"
#include "json/json_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace job_engine::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using State = Checkpoint::State;

const std::string url = "https://files.example/1.jpg";

Facts with_file_input(const std::string& connection = idempotent_submit) {
    Facts facts;
    facts.connection = connection;
    facts.input = input_with_file();
    return facts;
}

std::string image_in(const HttpRequest& request) {
    return std::string(parse_json(request.body)->at("image").as_string());
}

// Until the submit is on its way.
void submit(FlowStory& run, FileForSubmit file) {
    run.start();
    run.file(std::move(file));
    if (run.saving())
        run.kept();
}

TEST(JobFlowFile, IsHandedOverBeforeTheIntentWhichKeepsIt) {
    FlowStory run(with_file_input());
    run.start();
    ASSERT_TRUE(run.handing_over());
    EXPECT_EQ(run.file_asked().name, "photo.jpg");
    EXPECT_EQ(run.file_asked().input, "image");
    EXPECT_FALSE(run.file_asked().kept);
    EXPECT_EQ(run.progress().phase, Phase::preparing);
    EXPECT_EQ(run.checkpoints(), 0U);
    run.file(file_at(url));
    ASSERT_TRUE(run.saving());
    EXPECT_EQ(run.saved().state, State::intent);
    EXPECT_EQ(read_kept_file(run.saved().file.view())->url, url);
    run.kept();
    ASSERT_TRUE(run.sending());
    EXPECT_EQ(image_in(run.request()), url);
    EXPECT_EQ(run.key(), run.saved().key.text());
}

TEST(JobFlowFile, IsAskedForWhenNothingElseIsLeftToWaitFor) {
    const auto world = std::make_shared<World>();
    world->service.throttle.pause_until(world->now + 5s);
    FlowStory run(with_file_input(R"("max_running": 1)"), world);
    run.start();
    EXPECT_TRUE(run.waiting_for_slot());
    run.slot();
    EXPECT_FALSE(run.handing_over()) << "the service asked for a pause";
    run.wake();
    EXPECT_TRUE(run.handing_over());
    world->service.throttle.pause_until(world->now + 5s);
    run.file(file_at(url));
    EXPECT_FALSE(run.saving()) << "it asked for another one meanwhile";
    run.wake();
    ASSERT_TRUE(run.handing_over()) << "the pause was too long to hold a file";
    run.file(file_at(url));
    EXPECT_TRUE(run.saving());
}

TEST(JobFlowFile, IsNotAskedForWhereTheHourlyLimitIsReached) {
    const auto world = std::make_shared<World>();
    const std::string limit = R"("max_submits_per_hour": 1)";
    FlowStory first({limit}, world);
    first.submit();
    FlowStory second(with_file_input(limit), world);
    second.start();
    ASSERT_TRUE(second.over());
    EXPECT_EQ(second.error().code, ErrorCode::spending_limit);
}

TEST(JobFlowFile, ThatCannotBeHandedOverEndsTheRunUnpaid) {
    FlowStory run(with_file_input());
    run.start();
    run.file(make_error(ErrorCode::file_not_given, "There is no photo.jpg."));
    ASSERT_TRUE(run.over());
    EXPECT_EQ(run.error().code, ErrorCode::file_not_given);
    EXPECT_EQ(run.error().message, "There is no photo.jpg.");
    EXPECT_EQ(run.error().charged, Charged::no);
    EXPECT_FALSE(run.outcome().checkpoint);
    EXPECT_EQ(run.sends(), 0);
}

TEST(JobFlowFile, IsPartOfTheKeySoThatAnotherOneOfItsNameIsAnotherJob) {
    const auto key_with = [](FileForSubmit file) {
        FlowStory run(with_file_input());
        submit(run, std::move(file));
        return run.key();
    };
    const auto key = key_with(file_at(url, "one picture"));
    EXPECT_EQ(key_with(file_at(url + "?again", "one picture")), key)
        << "the same file at another place: a host that repeats the run gets the job that it has paid for";
    EXPECT_NE(key_with(file_at(url, "another picture")), key);
}

TEST(JobFlowFile, StaysInTheBodyWhenTheSubmitIsRepeated) {
    FlowStory run(with_file_input());
    submit(run, file_in_submit());
    const auto body = run.request().body;
    EXPECT_THAT(image_in(run.request()), HasSubstr("data:image/jpeg;base64,"));
    run.reply(503);
    while (!run.sending())
        run.saving() ? run.kept() : run.wake();
    EXPECT_EQ(run.request().body, body);
    EXPECT_EQ(run.sends(), 2);
}

// A turn of a file, and whether another run could have it.
class Turn {
public:
    FileForSubmit of_file(FileForSubmit file) {
        file.turn = std::make_unique<FileTurn>();
        turns_.request([] {}, file.turn->of_session);
        return file;
    }
    bool is_back() {
        bool granted = false;
        FairSemaphore::Permit next;
        turns_.request([&granted] { granted = true; }, next);
        return granted;
    }

private:
    FairSemaphore turns_{1};
};

TEST(JobFlowFile, GivesItsTurnBackOnceTheSubmitIsAnswered) {
    Turn turn;
    FlowStory run(with_file_input());
    submit(run, turn.of_file(file_in_submit()));
    run.reply(503);
    EXPECT_FALSE(turn.is_back()) << "its bytes are still needed";
    while (!run.sending())
        run.saving() ? run.kept() : run.wake();
    run.reply(202, job_json("queued"));
    EXPECT_TRUE(turn.is_back());
    EXPECT_FALSE(run.over());
}

TEST(JobFlowFile, IsLetGoBeforeALongWaitAndAskedForAgain) {
    Turn turn;
    FlowStory run(with_file_input());
    submit(run, turn.of_file(file_in_submit()));
    const auto body = run.request().body;
    const auto key = run.key();
    run.reply(429, "{}", 60s);
    while (!run.handing_over())
        run.saving() ? run.kept() : run.wake();
    EXPECT_TRUE(turn.is_back());
    EXPECT_FALSE(run.file_asked().may_exist);
    run.file(file_in_submit());
    if (run.saving())
        run.kept();
    ASSERT_TRUE(run.sending());
    EXPECT_EQ(run.request().body, body);
    EXPECT_EQ(run.key(), key);
}

TEST(JobFlowFile, WaitsWithoutBytesWhereItsReceiverAsksForAPause) {
    auto busy = make_error(ErrorCode::rate_limited, "The storage is busy.");
    busy.http_status = 429;
    busy.retryable = true;
    busy.retry_after_ms = 20'000;
    FlowStory run(with_file_input());
    run.start();
    const auto began = run.now();
    for (int pauses = 0; pauses < 3; ++pauses) {
        run.file(busy);
        ASSERT_FALSE(run.over());
        EXPECT_EQ(run.progress().phase, Phase::retrying);
        run.wake();
        ASSERT_TRUE(run.handing_over());
    }
    EXPECT_GE(run.now() - began, 60s);
    run.file(busy);
    ASSERT_TRUE(run.over());
    EXPECT_EQ(run.error().code, ErrorCode::rate_limited);
    EXPECT_FALSE(run.outcome().checkpoint) << "nothing was submitted, so no key is used up";
}

TEST(JobFlowFile, AtTheServiceIsNotAskedForAgain) {
    FlowStory first(with_file_input());
    submit(first, file_at(url));
    const auto key = first.key();
    const auto body = first.request().body;
    auto facts = with_file_input();
    facts.run_key = "a random one"; // of a host that gives none
    facts.checkpoint = first.saved();
    FlowStory second(facts);
    second.start();
    ASSERT_TRUE(second.handing_over());
    ASSERT_TRUE(second.file_asked().kept);
    EXPECT_EQ(second.file_asked().kept->url, url);
    EXPECT_TRUE(second.file_asked().may_exist);
    second.file(FileForSubmit{url, *second.file_asked().kept});
    ASSERT_TRUE(second.sending());
    EXPECT_EQ(second.key(), key);
    EXPECT_EQ(second.request().body, body);
}

TEST(JobFlowFile, InTheSubmitIsGivenAgainAndHasToBeTheSame) {
    FlowStory first(with_file_input());
    submit(first, file_in_submit("one picture"));
    const auto key = first.key();
    const auto body = first.request().body;
    auto facts = with_file_input();
    facts.checkpoint = first.saved();
    EXPECT_THAT(first.saved_text(), Not(HasSubstr("base64")));

    FlowStory same(facts);
    submit(same, file_in_submit("one picture"));
    ASSERT_TRUE(same.sending());
    EXPECT_EQ(same.key(), key);
    EXPECT_EQ(same.request().body, body);

    FlowStory other(facts);
    other.start();
    other.file(file_in_submit("another picture"));
    ASSERT_TRUE(other.over());
    EXPECT_EQ(other.error().code, ErrorCode::invalid_input);
    EXPECT_EQ(other.error().charged, Charged::unknown);
    EXPECT_THAT(other.error().message, HasSubstr("billed"));
    EXPECT_EQ(other.outcome().checkpoint, first.saved());
    EXPECT_EQ(other.sends(), 0);

    FlowStory none(facts);
    none.start();
    none.file(make_error(ErrorCode::file_not_given, "There is no photo.jpg."));
    EXPECT_EQ(none.error().code, ErrorCode::submission_unknown);
    EXPECT_EQ(none.outcome().checkpoint, first.saved());
}

// The API honours keys and lists its jobs.
TEST(JobFlowFile, ThatCannotBeGivenAgainIsLookedForInTheList) {
    auto connection = listing_binding();
    connection.replace(connection.find("false"), 5, "true"); // idempotent_submit
    auto facts = with_file_input(connection);
    FlowStory first(facts);
    submit(first, file_in_submit("one picture"));
    facts.checkpoint = first.saved();
    const auto state_after = [&](FileOutcome outcome) {
        FlowStory second(facts);
        second.start();
        EXPECT_TRUE(second.handing_over());
        second.file(std::move(outcome));
        return second.state();
    };
    EXPECT_EQ(state_after(make_error(ErrorCode::file_not_given, "There is no photo.jpg.")), "finding");
    EXPECT_EQ(state_after(file_in_submit("another picture")), "finding");
}

TEST(JobFlowFile, LeavesNoSignatureOfItsUrlInWhatIsKeptOfAReply) {
    const std::string signature(64, 'e');
    const auto signed_url = url + "?X-Amz-Date=1&X-Amz-Signature=" + signature;
    auto file = file_at(signed_url);
    file.kept.url.clear();
    file.kept.object = "1.jpg";
    FlowStory run(with_file_input());
    submit(run, std::move(file));
    run.reply(202, job_json("queued", R"("note": ")" + signed_url + "\""));
    ASSERT_TRUE(run.saving());
    EXPECT_THAT(run.saved_text(), Not(HasSubstr(signature)));
}

TEST(JobFlowFile, OfARunThatHasSubmittedNothingMayBeAnother) {
    FlowStory first(with_file_input());
    first.start();
    first.file(file_in_submit("one picture"));
    first.suspend();
    ASSERT_EQ(first.outcome().checkpoint->state, State::prepared);
    auto facts = with_file_input();
    facts.checkpoint = first.outcome().checkpoint;
    FlowStory second(facts);
    submit(second, file_in_submit("another picture"));
    ASSERT_TRUE(second.sending());
    EXPECT_NE(second.key(), first.saved().key.text());
    EXPECT_EQ(second.key(), second.saved().key.text());
}

TEST(JobFlowFile, IsAskedForAnewAfterADefiniteFailure) {
    FlowStory first(with_file_input());
    submit(first, file_at(url));
    first.reply(422, R"({"error": {"message": "The image shows nothing."}})");
    ASSERT_TRUE(first.over());
    auto facts = with_file_input();
    facts.checkpoint = first.outcome().checkpoint;
    FlowStory second(facts);
    second.start();
    EXPECT_FALSE(second.file_asked().kept);
}

TEST(JobFlowFile, IsNotNeededToFindOrToCollectAJob) {
    auto facts = with_file_input(listing_binding());
    FlowStory first(facts);
    submit(first, file_in_submit());
    facts.checkpoint = first.saved();
    FlowStory found(facts);
    found.start();
    EXPECT_EQ(found.state(), "finding");

    FlowStory known(with_file_input());
    submit(known, file_at(url));
    known.reply(202, job_json("queued"));
    EXPECT_TRUE(known.saved().file.empty());
    FlowStory collecting(going_on(known.saved()));
    collecting.start();
    EXPECT_EQ(collecting.state(), "polling");
}

TEST(JobFlowFile, AnEndOfAnyKindEndsTheHandOverUnpaid) {
    FlowStory cancelled(with_file_input());
    cancelled.start();
    cancelled.cancel();
    ASSERT_TRUE(cancelled.over());
    EXPECT_EQ(cancelled.outcome().kind, Outcome::Kind::cancelled);
    EXPECT_EQ(cancelled.error().charged, Charged::no);
    EXPECT_FALSE(cancelled.outcome().checkpoint);

    FlowStory suspended(with_file_input());
    suspended.start();
    suspended.suspend();
    ASSERT_TRUE(suspended.over());
    EXPECT_EQ(suspended.outcome().checkpoint->state, State::prepared);

    FlowStory closed(with_file_input());
    closed.start();
    closed.forced_end();
    ASSERT_TRUE(closed.over());
    EXPECT_EQ(closed.outcome().checkpoint->state, State::prepared);

    auto facts = with_file_input();
    facts.timeout = 1s;
    FlowStory late(facts);
    late.start();
    late.wake();
    ASSERT_TRUE(late.over());
    EXPECT_EQ(late.error().code, ErrorCode::processing_timeout);
    EXPECT_EQ(late.error().charged, Charged::no);
}

TEST(JobFlowFile, ThatComesTooLateChangesNothing) {
    FlowStory run(with_file_input());
    submit(run, file_at(url));
    run.file(file_at("https://files.example/2.jpg"));
    EXPECT_TRUE(run.last_was_continue());
    EXPECT_EQ(image_in(run.request()), url);
}

TEST(JobFlowFile, IsNotTakenForTheVideo) {
    FlowStory run(with_file_input());
    submit(run, file_at(url));
    run.reply(202, job_json("succeeded", R"("output": {"video": ")" + url + "\"}"));
    ASSERT_TRUE(run.over());
    EXPECT_EQ(run.error().code, ErrorCode::invalid_api_response);
}

} // namespace
} // namespace job_engine::testing
