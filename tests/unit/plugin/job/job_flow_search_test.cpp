// A submit whose answer was lost is settled by the API's list of jobs: found, it is the job; not listed for
// long enough, it was never made.
#include "job/flow_story.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace job_engine::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Kind = TransportFailure::Kind;
using State = Checkpoint::State;

Facts listed(const std::string& find_members = {}) {
    Facts facts;
    facts.connection = listing_binding(find_members);
    return facts;
}

// A run whose submit has just been lost, with the first look on its way.
FlowStory looking(const Facts& facts = listed()) {
    FlowStory run(facts);
    run.submit();
    run.fails(Kind::broken, true);
    EXPECT_EQ(run.state(), "finding");
    return run;
}

// Of a run whose process died during its submit.
Facts resumed(Purpose purpose = Purpose::make_job, const std::string& find_members = {}) {
    FlowStory run(listed());
    run.submit();
    auto facts = listed(find_members);
    facts.checkpoint = run.saved();
    facts.purpose = purpose;
    facts.has_input = purpose == Purpose::make_job;
    return facts;
}

std::string marker_of(const std::string& key) {
    return "wfn-" + key.substr(0, 32);
}

std::string job_with(const std::string& marker, const std::string& id = "job-1") {
    return R"({"id": ")" + id + R"(", "request": {"marker": ")" + marker + R"("}})";
}

const std::string other_jobs = job_with(marker_of(std::string(64, 'a')), "job-of-another-run");
const std::string empty_list = R"({"jobs": []})";

std::string list_of(const std::string& items, const std::string& next = {}) {
    return R"({"jobs": [)" + items + "]" + (next.empty() ? "" : R"(, "next": ")" + next + '"') + "}";
}

// The job of the run, among others.
std::string list_with(const FlowStory& run) {
    return list_of(other_jobs + ", " + job_with(marker_of(run.saved().key.text())));
}

// Answers a whole look: the list's only page, and the one behind it, which begins with its last entry.
void answer_look(FlowStory& run, const std::string& last, const std::string& before = {}) {
    run.reply(200, list_of(before.empty() ? last : before + ", " + last));
    if (!last.empty() && run.sending())
        run.reply(200, list_of(last));
}

// Looks, and is told that there are other jobs, until it draws a conclusion.
void look_until_settled(FlowStory& run, const std::string& items = other_jobs) {
    for (int looks = 0; looks < 30 && (run.state() == "finding" || run.state() == "before_find"); ++looks) {
        if (!run.sending())
            run.wake();
        answer_look(run, items);
    }
}

TEST(JobFlowSearch, FindsTheJobOfALostSubmit) {
    auto run = looking();
    EXPECT_EQ(run.request().target, "/v1/jobs?offset=0");
    EXPECT_EQ(run.progress().phase, Phase::retrying);
    EXPECT_THAT(run.progress().message, HasSubstr("PixelML has made the job"));
    run.reply(200, list_with(run));
    ASSERT_EQ(run.state(), "saving_job");
    EXPECT_EQ(run.saved().state, State::submitted);
    EXPECT_EQ(run.saved().job.id, "job-1");
    run.kept();
    run.poll();
    EXPECT_EQ(run.request().target, "/v1/jobs/job-1");
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

TEST(JobFlowSearch, SendsTheMarkerThatItLooksFor) {
    FlowStory run(listed());
    run.submit();
    EXPECT_THAT(run.request().body, HasSubstr(marker_of(run.saved().key.text())));
    run.fails(Kind::timed_out, true);
    EXPECT_EQ(run.request().method, "GET");
    EXPECT_TRUE(run.request().body.empty());
}

TEST(JobFlowSearch, FindsAMarkerWithinALongerTextAndAnIdOfManyDigits) {
    auto run = looking();
    const auto marker = marker_of(run.saved().key.text());
    run.reply(200,
              list_of(R"({"id": 12345678901234567890, "request": {"marker": "a cat #)" + marker + "\"}}"));
    EXPECT_EQ(run.saved().job.id, "12345678901234567890");
}

TEST(JobFlowSearch, LooksAgainForWhatIsNotListedYet) {
    auto run = looking();
    for (int looks = 0; looks < 4; ++looks) {
        answer_look(run, other_jobs);
        ASSERT_EQ(run.state(), "before_find");
        EXPECT_GT(run.until_wake(), 0ms);
        EXPECT_LE(run.until_wake(), 15s);
        run.wake();
        ASSERT_EQ(run.state(), "finding");
    }
    run.reply(200, list_with(run));
    EXPECT_EQ(run.saved().job.id, "job-1");
}

TEST(JobFlowSearch, SubmitsAgainOnlyWhenTheJobWouldBeListed) {
    auto run = looking();
    const auto key = run.saved().key;
    const auto lost_at = run.now();
    look_until_settled(run);
    EXPECT_GE(run.now() - lost_at, 60s);
    EXPECT_LE(run.now() - lost_at, 90s);
    ASSERT_EQ(run.state(), "voiding_intent");
    EXPECT_EQ(run.saved().state, State::prepared);
    run.kept();
    while (!run.saving())
        run.wake();
    EXPECT_EQ(run.saved().state, State::intent);
    EXPECT_EQ(run.saved().key, key) << "a job that comes late is found by it";
    run.kept();
    EXPECT_EQ(run.state(), "submitting");
    EXPECT_THAT(run.request().body, HasSubstr(marker_of(key.text())));
    run.reply(201, job_json("queued"));
    EXPECT_EQ(run.saved().job.id, "job-1");
}

TEST(JobFlowSearch, AnEmptyListProvesWhatItsDescriptionSays) {
    auto proved = looking();
    look_until_settled(proved, "");
    EXPECT_EQ(proved.state(), "voiding_intent");

    auto open = looking(listed(R"("empty_list_proves": false)"));
    look_until_settled(open, "");
    EXPECT_EQ(open.error().code, ErrorCode::submission_unknown);
    EXPECT_THAT(open.error().message, HasSubstr("empty, as that of another account"));
}

// The list as it was before the moment from which it tells: a job may have come since.
TEST(JobFlowSearch, ALookThatBeganTooEarlyProvesNothingHoweverLongItsPagesTake) {
    auto run = looking();
    run.reply(200, list_of(other_jobs));
    run.pass(80s);
    run.reply(200, list_of(other_jobs));
    EXPECT_EQ(run.state(), "before_find");
}

TEST(JobFlowSearch, JobsWithoutMarkersProveNothing) {
    auto run = looking();
    look_until_settled(run, R"({"id": "job-of-a-browser", "request": {}})");
    EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
    EXPECT_EQ(run.error().charged, Charged::unknown);
    EXPECT_FALSE(run.error().retryable);
    EXPECT_THAT(run.error().message, HasSubstr("shows the marker of a run"));
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::intent);

    // Nor do the markers of later runs, when the list has come to show them.
    auto facts = listed();
    facts.checkpoint = run.outcome().checkpoint;
    FlowStory later(facts);
    later.start();
    look_until_settled(later);
    EXPECT_EQ(later.error().code, ErrorCode::submission_unknown);
}

// A marker is looked for where the submit has sent it: an older module, another description, another team or
// another key have not sent it there.
TEST(JobFlowSearch, TheListOfAnotherSubmitProvesNothing) {
    const auto unmarked = [] {
        auto facts = resumed();
        facts.checkpoint->list_scope = {};
        return facts;
    };
    auto other_headers = resumed();
    const auto at = other_headers.connection.find(R"("submit":)");
    other_headers.connection.insert(at, R"("headers": {"X-Team": "b"}, )");
    for (const auto& facts :
         {unmarked(), other_headers, resumed(Purpose::make_job, R"("path": "/v1/all?offset={offset}")")}) {
        FlowStory run(facts);
        run.start();
        look_until_settled(run);
        EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
        EXPECT_THAT(run.error().message, HasSubstr("without a marker or with other settings"));
        EXPECT_EQ(run.outcome().checkpoint.value().state, State::intent);
    }
}

TEST(JobFlowSearch, ReadsPageByPageEachFromTheLastEntryOfTheOneBefore) {
    auto run = looking();
    const auto second = job_with(marker_of(std::string(64, 'b')), "job-b");
    const auto third = job_with(marker_of(std::string(64, 'c')), "job-c");
    run.reply(200, list_of(other_jobs + ", " + second));
    EXPECT_EQ(run.request().target, "/v1/jobs?offset=1");
    run.reply(200, list_of(second + ", " + third));
    EXPECT_EQ(run.request().target, "/v1/jobs?offset=2");
    run.reply(200, list_of(third + ", " + job_with(marker_of(run.saved().key.text()))));
    EXPECT_EQ(run.saved().job.id, "job-1");
}

// An entry above the next page went away, so the one that would have been its first was never shown. A
// service that counts pages instead of entries answers an offset with nothing.
TEST(JobFlowSearch, PagesThatDoNotFitTogetherProveNothing) {
    for (const auto& behind : {job_with(marker_of(std::string(64, 'c')), "job-c"), std::string()}) {
        auto run = looking();
        for (int looks = 0; looks < 60 && !run.over(); ++looks) {
            if (!run.sending())
                run.wake();
            run.reply(200,
                      list_of(run.request().target == "/v1/jobs?offset=0" ? other_jobs + ", " + other_jobs
                                                                          : behind));
        }
        EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
        EXPECT_THAT(run.error().message, HasSubstr("do not begin with the last entry"));
    }
}

TEST(JobFlowSearch, FollowsTheAddressOfTheNextPage) {
    auto run = looking(listed(R"("path": "/v1/jobs")"));
    run.reply(200, list_of(other_jobs, "https://api.pixelml.com/v1/jobs?cursor=c2"));
    EXPECT_EQ(run.request().target, "/v1/jobs?cursor=c2");
    run.reply(200, list_of(other_jobs));
    EXPECT_EQ(run.state(), "before_find");
    run.wake();
    EXPECT_EQ(run.request().target, "/v1/jobs");
}

TEST(JobFlowSearch, AListThatGoesOnWhereNobodyMayAskProvesNothing) {
    auto run = looking(listed(R"("path": "/v1/jobs")"));
    for (int looks = 0; looks < 30 && !run.over(); ++looks) {
        if (!run.sending())
            run.wake();
        run.reply(200, list_of(other_jobs, "https://elsewhere.example/v1/jobs?cursor=c2"));
    }
    EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
    EXPECT_THAT(run.error().message, HasSubstr("not in its first 1 entries"));
}

TEST(JobFlowSearch, AWordThatThereIsMoreProvesNothing) {
    auto run = looking(listed(R"("path": "/v1/jobs", "next": ["/has_more"])"));
    for (int looks = 0; looks < 30 && !run.over(); ++looks) {
        if (!run.sending())
            run.wake();
        run.reply(200, R"({"has_more": true, "jobs": [)" + other_jobs + "]}");
    }
    EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
}

// An outage cuts off the submits of thousands at once.
TEST(JobFlowSearch, OfManyRunsOneReadsTheListAndAllLearnOfIt) {
    const auto world = std::make_shared<World>();
    std::vector<std::unique_ptr<FlowStory>> runs;
    const auto last_job = job_with(marker_of(std::string(64, 'b')), "the-last-of-the-list");
    std::string jobs = other_jobs;
    for (int i = 0; i < 50; ++i) {
        auto facts = listed();
        facts.run_key = "run-" + std::to_string(i);
        auto run = std::make_unique<FlowStory>(facts, world);
        run->submit();
        if (i % 2 == 0)
            jobs += ", " + job_with(marker_of(run->saved().key.text()), "job-of-" + std::to_string(i));
        run->fails(Kind::broken, true);
        runs.push_back(std::move(run));
    }
    jobs += ", " + last_job;
    int looks = 0;
    const auto all_settled = [&] {
        return std::all_of(runs.begin(), runs.end(), [](const auto& run) { return run->saving(); });
    };
    for (int rounds = 0; rounds < 400 && !all_settled(); ++rounds) {
        world->now += 500ms;
        for (const auto& run : runs) {
            if (run->saving())
                continue;
            if (!run->sending())
                run->timer();
            while (run->sending()) {
                ++looks;
                run->reply(200, list_of(run->request().target == "/v1/jobs?offset=0" ? jobs : last_job));
            }
        }
    }
    ASSERT_TRUE(all_settled());
    EXPECT_LE(looks, 80);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const auto& saved = runs[i]->saved();
        EXPECT_EQ(saved.state, i % 2 == 0 ? State::submitted : State::prepared);
        EXPECT_EQ(saved.job.id, i % 2 == 0 ? "job-of-" + std::to_string(i) : "");
    }
}

TEST(JobFlowSearch, AnOutageIsAskedAboutOnceASecondByAllTogether) {
    const auto world = std::make_shared<World>();
    std::vector<std::unique_ptr<FlowStory>> runs;
    for (int i = 0; i < 100; ++i) {
        auto facts = listed();
        facts.run_key = "run-" + std::to_string(i);
        runs.push_back(std::make_unique<FlowStory>(facts, world));
        runs.back()->submit();
        runs.back()->fails(Kind::broken, true);
    }
    int looks = 0;
    for (int rounds = 0; rounds < 600; ++rounds) {
        world->now += 100ms;
        for (const auto& run : runs) {
            if (!run->sending())
                run->timer();
            if (run->sending()) {
                ++looks;
                run->fails(Kind::unreachable, false);
            }
        }
    }
    EXPECT_LE(looks, 75) << "in a minute";
}

TEST(JobFlowSearch, ARunThatEndsWhileItReadsTheListLeavesItToTheNext) {
    const auto world = std::make_shared<World>();
    auto first_facts = listed();
    FlowStory first(first_facts, world);
    first.submit();
    first.fails(Kind::broken, true);
    auto second_facts = listed();
    second_facts.run_key = "run-2";
    FlowStory second(second_facts, world);
    second.submit();
    second.fails(Kind::broken, true);
    EXPECT_EQ(second.state(), "before_find");
    first.forced_end();
    second.wake();
    EXPECT_EQ(second.state(), "finding");
}

TEST(JobFlowSearch, AListWithoutEndIsGivenUp) {
    auto run = looking(listed(R"("path": "/v1/jobs")"));
    int pages = 0;
    for (; pages < 100'000 && !run.over(); ++pages) {
        if (!run.sending())
            run.wake();
        run.reply(200, list_of(other_jobs, "/v1/jobs?cursor=more"));
    }
    EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
    EXPECT_THAT(run.error().message, HasSubstr("not in its first 200 entries"));
    EXPECT_LT(pages, 400) << "of a list that cannot tell yet only the beginning is read";
}

TEST(JobFlowSearch, AsksForTheMarkerWhereTheServiceLooksByIt) {
    auto run = looking(listed(R"("path": "/v1/jobs?external_id={marker}")"));
    const auto marker = marker_of(run.saved().key.text());
    EXPECT_EQ(run.request().target, "/v1/jobs?external_id=" + marker);
    run.reply(200, empty_list); // its only page
    EXPECT_EQ(run.state(), "before_find");
    run.wake();
    run.reply(200, list_of(other_jobs)); // it was not looked for at all
    EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
    EXPECT_THAT(run.error().message, HasSubstr("not looked through by the marker"));
}

TEST(JobFlowSearch, ARefusedLookEndsTheRunAsUnknown) {
    for (const int status : {401, 403, 404, 302}) {
        auto run = looking();
        run.reply(status, R"({"error": {"code": "no", "message": "Listing is not allowed"}})");
        EXPECT_EQ(run.error().code, ErrorCode::submission_unknown) << status;
        EXPECT_EQ(run.error().charged, Charged::unknown);
        EXPECT_THAT(run.error().message, HasSubstr("it broke")) << "why it is not known";
        EXPECT_THAT(run.error().message, HasSubstr("list of PixelML's jobs does not tell"));
        EXPECT_EQ(run.outcome().checkpoint.value().state, State::intent);
    }
}

TEST(JobFlowSearch, WaitsOutWhatPasses) {
    auto run = looking();
    run.reply(503);
    run.wake();
    run.fails(Kind::unreachable, false);
    run.wake();
    run.reply(429, "{}", 20s);
    EXPECT_GE(run.until_wake(), 20s);
    run.wake();
    run.reply(200, "<html>Just a moment");
    run.wake();
    run.reply(200, R"({"jobs": null})");
    run.wake();
    run.reply(200, list_with(run));
    EXPECT_EQ(run.saved().job.id, "job-1");
}

TEST(JobFlowSearch, AReplyThatIsTooLargeIsNoList) {
    auto run = looking();
    for (int looks = 0; looks < 3; ++looks) {
        if (!run.sending())
            run.wake();
        run.fails(Kind::bad_reply, true, "it has more than 1 MiB");
    }
    EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
    EXPECT_THAT(run.error().message, HasSubstr("more than 1 MiB"));
}

// A hostile one: each marker would be looked at and kept.
TEST(JobFlowSearch, AnEntryOfThousandsOfMarkersIsNoList) {
    auto run = looking();
    std::string markers;
    for (int i = 0; i < 20'000; ++i)
        markers += marker_of(std::string(64 - std::to_string(i).size(), 'a').insert(0, std::to_string(i)));
    for (int looks = 0; looks < 3; ++looks) {
        if (!run.sending())
            run.wake();
        run.reply(200, list_of(job_with(markers)));
    }
    EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
}

TEST(JobFlowSearch, WhatIsNeverAListIsSaidSoon) {
    auto run = looking(listed(R"("items": "/data/items")"));
    for (int looks = 0; looks < 3; ++looks) {
        if (!run.sending())
            run.wake();
        run.reply(200, list_of(other_jobs));
    }
    EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
    EXPECT_THAT(run.error().message, HasSubstr("no list at /data/items, where find.items says"));
}

TEST(JobFlowSearch, AJobThatIsListedWithoutAnIdIsNotMadeAgain) {
    auto run = looking(listed(R"("id": ["/uuid"])"));
    run.reply(200, list_with(run));
    EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
    EXPECT_THAT(run.error().message, HasSubstr("find.id"));
}

// A prompt that was copied together with the marker of an older run.
TEST(JobFlowSearch, OfAJobWithTwoMarkersNobodyKnowsWhoseItIs) {
    auto run = looking();
    run.reply(200,
              list_of(job_with("wfn-" + std::string(32, 'a') + " " + marker_of(run.saved().key.text()))));
    EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
    EXPECT_EQ(run.error().charged, Charged::unknown);
}

// The reply took the job, though its id is not where the binding says: the list has it, or nobody knows.
TEST(JobFlowSearch, WhatWasAcceptedIsFoundByTheListButNeverMadeAgain) {
    for (const auto* reply : {R"({"task": {"uuid": "job-1"}})", "<html>Welcome"}) {
        FlowStory found(listed());
        found.submit();
        found.reply(201, reply);
        EXPECT_EQ(found.state(), "saving_doubt");
        found.kept();
        found.reply(200, list_with(found));
        EXPECT_EQ(found.saved().job.id, "job-1");

        FlowStory lost(listed());
        lost.submit();
        lost.reply(201, reply);
        const auto died = lost.saved();
        lost.kept();
        look_until_settled(lost);
        EXPECT_EQ(lost.error().code, ErrorCode::submission_unknown);
        EXPECT_THAT(lost.error().message, HasSubstr("may have been accepted"));

        auto facts = listed();
        facts.checkpoint = died;
        FlowStory later(facts);
        later.start();
        look_until_settled(later);
        EXPECT_EQ(later.error().code, ErrorCode::submission_unknown);
    }
}

TEST(JobFlowSearch, ARefusedSubmitThatMayHaveMadeAJobIsCertainAfterwards) {
    FlowStory run(listed());
    run.submit();
    run.reply(302, "{}", {}, "https://elsewhere.example/v1/image-to-video");
    ASSERT_EQ(run.state(), "finding");
    look_until_settled(run);
    EXPECT_EQ(run.error().code, ErrorCode::invalid_api_response);
    EXPECT_EQ(run.error().charged, Charged::no);
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::prepared);
}

TEST(JobFlowSearch, AnInterruptedRunLooksBeforeItSubmits) {
    FlowStory run(resumed());
    run.start();
    ASSERT_EQ(run.state(), "finding");
    run.reply(200, list_with(looking()));
    EXPECT_EQ(run.saved().job.id, "job-1");
    EXPECT_EQ(run.sends(), 1);
}

TEST(JobFlowSearch, AnInterruptedRunThatHadMadeNoJobMakesIt) {
    auto facts = resumed();
    facts.connection += R"(, "max_running": 1)";
    FlowStory run(facts);
    run.start();
    look_until_settled(run);
    ASSERT_EQ(run.state(), "voiding_intent");
    run.kept();
    EXPECT_EQ(run.state(), "awaiting_slot");
    run.slot();
    while (!run.saving())
        run.wake();
    run.kept();
    EXPECT_EQ(run.state(), "submitting");
}

TEST(JobFlowSearch, ACollectFindsTheJobAndNeverMakesIt) {
    FlowStory found(resumed(Purpose::collect_job));
    found.start();
    found.reply(200, list_with(looking()));
    EXPECT_EQ(found.saved().job.id, "job-1");

    FlowStory none(resumed(Purpose::collect_job));
    none.start();
    look_until_settled(none);
    EXPECT_EQ(none.error().code, ErrorCode::nothing_to_collect);
    EXPECT_EQ(none.error().charged, Charged::no);
    EXPECT_THAT(none.error().message, HasSubstr("never made"));
    EXPECT_EQ(none.outcome().checkpoint.value().state, State::prepared);
}

TEST(JobFlowSearch, ACollectLooksEvenWhereKeysAreHonoured) {
    auto facts = resumed(Purpose::collect_job);
    facts.connection.replace(facts.connection.find("false"), 5, "true");
    FlowStory run(facts);
    run.start();
    EXPECT_EQ(run.state(), "finding");
}

TEST(JobFlowSearch, WhereKeysAreHonouredTheSubmitIsRepeatedInstead) {
    auto facts = listed();
    facts.connection.replace(facts.connection.find("false"), 5, "true");
    FlowStory run(facts);
    run.submit();
    run.fails(Kind::broken, true);
    EXPECT_EQ(run.state(), "before_submit");
}

TEST(JobFlowSearch, WithoutUsableInputsNothingIsSubmitted) {
    FlowStory lost(listed());
    lost.submit();
    lost.reply(500, R"({"error": {"code": "oops", "message": "An inner error"}})");
    lost.kept();
    lost.suspend();
    lost.wake(); // the look's answer is waited for, but not for long
    lost.aborted(true);
    ASSERT_EQ(lost.outcome().checkpoint.value().state, State::answered);

    auto facts = listed();
    facts.checkpoint = lost.outcome().checkpoint;
    facts.has_input = false;
    FlowStory run(facts);
    run.start();
    look_until_settled(run);
    EXPECT_EQ(run.error().code, ErrorCode::invalid_input);
    EXPECT_EQ(run.error().charged, Charged::no);
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::prepared);
}

TEST(JobFlowSearch, ACancelCancelsTheJobThatTheLookFinds) {
    auto run = looking();
    run.cancel();
    ASSERT_TRUE(run.sending()) << "its answer is waited for";
    run.reply(200, list_with(run));
    EXPECT_EQ(run.state(), "cancelling");
    EXPECT_EQ(run.request().target, "/v1/jobs/job-1");
    run.reply(204, "");
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled);
}

TEST(JobFlowSearch, ACancelThatFindsNothingYetSaysThatTheJobMayExist) {
    for (const bool answered : {true, false}) {
        auto run = looking();
        run.cancel();
        if (answered) {
            run.reply(200, list_of(""));
        } else {
            run.wake();
            run.aborted(true);
        }
        EXPECT_EQ(run.outcome().kind, Outcome::Kind::cancelled);
        EXPECT_EQ(run.error().charged, Charged::unknown);
        EXPECT_EQ(run.outcome().checkpoint.value().state, State::intent);
    }
}

TEST(JobFlowSearch, ASuspendedSearchGoesOnLater) {
    auto run = looking();
    answer_look(run, other_jobs);
    run.suspend();
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::suspended);
    auto facts = listed();
    facts.checkpoint = run.outcome().checkpoint;
    EXPECT_EQ(facts.checkpoint.value().state, State::intent);
    FlowStory later(facts);
    later.start();
    EXPECT_EQ(later.state(), "finding");
}

TEST(JobFlowSearch, ObeysTheMomentToSuspend) {
    auto facts = listed();
    facts.suspend_after = 5s;
    auto run = looking(facts);
    answer_look(run, other_jobs);
    for (int looks = 0; looks < 30 && !run.over(); ++looks)
        run.sending() ? answer_look(run, other_jobs) : run.wake();
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::suspended);

    auto once = resumed(Purpose::collect_job);
    once.suspend_after = 0s;
    FlowStory collect(once);
    collect.start();
    answer_look(collect, other_jobs);
    EXPECT_EQ(collect.outcome().kind, Outcome::Kind::suspended);

    facts.suspend_after = 0s; // once it is submitted, which is not known yet
    auto start = looking(facts);
    answer_look(start, other_jobs);
    EXPECT_EQ(start.state(), "before_find");
}

TEST(JobFlowSearch, AHostThatKeepsNoCheckpointsIsNotAskedTo) {
    auto facts = resumed();
    facts.keeps_checkpoints = false;
    FlowStory run(facts);
    run.start();
    look_until_settled(run);
    EXPECT_FALSE(run.saving());
    while (!run.sending())
        run.wake();
    EXPECT_EQ(run.state(), "submitting");
}

TEST(JobFlowSearch, TheDeadlineLeavesItToALaterRun) {
    auto facts = listed();
    facts.timeout = 20s;
    auto run = looking(facts);
    answer_look(run, other_jobs);
    for (int looks = 0; looks < 30 && !run.over(); ++looks)
        run.sending() ? answer_look(run, other_jobs) : run.wake();
    EXPECT_EQ(run.error().code, ErrorCode::submission_unknown);
    EXPECT_TRUE(run.error().retryable);
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::intent);
}

TEST(JobFlowSearch, AForcedEndOrADefectKeepsTheIntent) {
    auto run = looking();
    const auto broken = run.broken_off();
    EXPECT_EQ(broken.checkpoint.value().state, State::intent);
    EXPECT_EQ(broken.error.charged, Charged::unknown);
    run.forced_end();
    EXPECT_EQ(run.outcome().checkpoint.value().state, State::intent);
}

// On an hourly budget a submit that was never made counts for nothing, and its repetition as one.
TEST(JobFlowSearch, ARepeatedSubmitTakesNoSecondPlaceOfTheHour) {
    auto facts = listed();
    facts.connection += R"(, "max_submits_per_hour": 1)";
    auto run = looking(facts);
    look_until_settled(run);
    run.kept();
    while (!run.saving())
        run.wake();
    run.kept();
    EXPECT_EQ(run.state(), "submitting");
}

} // namespace
} // namespace job_engine::testing
