// What is known of a paid job outlives every end: each state of a run, each way to end it, and one rule.
#include "job/flow_story.hpp"

#include <gtest/gtest.h>

#include <tuple>

namespace job_engine::testing {
namespace {

using Kind = TransportFailure::Kind;
using State = Checkpoint::State;

// What a run may have been charged for.
enum class Money { none, maybe, job };

struct PaidPlace {
    const char* name;
    Money money;
    void (*go)(FlowStory&);
    const char* connection = ""; // further members
};

const PaidPlace places[] = {
    {"looking_at_the_image", Money::none, [](FlowStory& run) { run.start(); }, R"("check_image": true)"},
    {"waiting_for_a_slot", Money::none, [](FlowStory& run) { run.start(); }, R"("max_running": 1)"},
    {"keeping_the_intent", Money::none, [](FlowStory& run) { run.start(); }},
    {"submitting", Money::maybe, [](FlowStory& run) { run.submit(); }},
    {"keeping_that_there_is_no_job", Money::none,
     [](FlowStory& run) {
         run.submit();
         run.fails(Kind::unreachable, false);
     }},
    {"waiting_to_submit_again", Money::none,
     [](FlowStory& run) {
         run.submit();
         run.fails(Kind::unreachable, false);
         run.kept();
     }},
    {"keeping_the_job", Money::job,
     [](FlowStory& run) {
         run.submit();
         run.reply(201, job_json("queued"));
     }},
    {"waiting_to_poll", Money::job, [](FlowStory& run) { run.become_job(); }},
    {"polling", Money::job,
     [](FlowStory& run) {
         run.become_job();
         run.poll();
     }},
    {"waiting_after_a_failed_poll", Money::job,
     [](FlowStory& run) {
         run.become_job();
         run.poll();
         run.reply(503);
     }},
    {"cancelling", Money::job,
     [](FlowStory& run) {
         run.become_job();
         run.cancel();
     }},
};

struct Way {
    const char* name;
    Outcome (*end)(FlowStory&);
    bool settles_a_submit = false; // its answer says for certain that there is no job
};

// The end of a request that the flow gives up, and of the cancel that may follow.
void end_requests(FlowStory& run) {
    if (!run.over() && run.sending() && run.abort_asked())
        run.aborted(true);
    while (!run.over() && run.sending()) {
        if (run.request().method == "DELETE")
            run.reply(500);
        else
            run.fails(Kind::timed_out, true);
    }
}

Outcome ended(FlowStory& run) {
    end_requests(run);
    return run.outcome();
}

// The API gives this answer to whatever it is asked from now on.
Outcome answered_always(FlowStory& run, int status) {
    while (!run.over()) {
        if (run.sending())
            run.reply(status);
        else if (run.saving())
            run.kept();
        else if (!run.image_asked().empty() && run.sends() == 0)
            run.image_checked(MediaUsable{});
        else if (run.waiting_for_slot())
            run.slot();
        else
            run.wake();
    }
    return run.outcome();
}

const Way ways[] = {
    {"a_defect", [](FlowStory& run) { return run.broken_off(); }},
    {"force",
     [](FlowStory& run) {
         run.forced_end();
         return run.outcome();
     }},
    {"cancel",
     [](FlowStory& run) {
         run.cancel();
         return ended(run);
     }},
    {"suspend",
     [](FlowStory& run) {
         run.suspend();
         return ended(run);
     }},
    {"deadline",
     [](FlowStory& run) {
         while (!run.over()) {
             if (run.sending()) {
                 end_requests(run);
                 continue;
             }
             run.wake();
         }
         return run.outcome();
     }},
    {"404", [](FlowStory& run) { return answered_always(run, 404); }, true},
    {"410", [](FlowStory& run) { return answered_always(run, 410); }, true},
};

class EveryEnd : public ::testing::TestWithParam<std::tuple<std::size_t, std::size_t>> {};

TEST_P(EveryEnd, KeepsWhatIsKnownOfTheMoney) {
    const auto& place = places[std::get<0>(GetParam())];
    const auto& way = ways[std::get<1>(GetParam())];
    Facts facts;
    facts.timeout = 1min;
    facts.connection = place.connection;
    FlowStory run(facts);
    place.go(run);
    const auto outcome = way.end(run);
    const auto money = place.money == Money::maybe && way.settles_a_submit ? Money::none : place.money;

    const bool has_error = outcome.kind == Outcome::Kind::failed || outcome.kind == Outcome::Kind::cancelled;
    switch (money) {
    case Money::none:
        if (outcome.checkpoint) {
            EXPECT_EQ(outcome.checkpoint->state, State::prepared);
        }
        EXPECT_TRUE(outcome.error.job_id.empty());
        if (has_error) {
            EXPECT_EQ(outcome.error.charged, Charged::no);
        }
        break;
    case Money::maybe:
        ASSERT_TRUE(outcome.checkpoint);
        EXPECT_EQ(outcome.checkpoint->state, State::intent);
        EXPECT_TRUE(has_error);
        EXPECT_EQ(outcome.error.charged, Charged::unknown);
        break;
    case Money::job:
        ASSERT_TRUE(outcome.checkpoint);
        EXPECT_EQ(outcome.checkpoint->state, State::submitted);
        EXPECT_EQ(outcome.checkpoint->job.id, "job-1");
        if (has_error) {
            EXPECT_EQ(outcome.error.charged, Charged::unknown);
            EXPECT_EQ(outcome.error.job_id, "job-1");
        }
        break;
    }
}

INSTANTIATE_TEST_SUITE_P(OfEveryState, EveryEnd,
                         ::testing::Combine(::testing::Range<std::size_t>(0, std::size(places)),
                                            ::testing::Range<std::size_t>(0, std::size(ways))),
                         [](const auto& test) {
                             return std::string(places[std::get<0>(test.param)].name) + "_ended_by_"
                                    + ways[std::get<1>(test.param)].name;
                         });

TEST(LateWakeUp, TakesOneLastLook) {
    Facts facts;
    facts.timeout = 1min;
    FlowStory run(facts);
    run.become_job();
    run.sleep(1h);
    ASSERT_TRUE(run.sending());
    run.reply(200, finished_job_json());
    EXPECT_EQ(run.outcome().kind, Outcome::Kind::succeeded);
}

TEST(LateWakeUp, EndsSoonWhereTheJobIsStillNotDone) {
    Facts facts;
    facts.timeout = 1min;
    FlowStory run(facts);
    run.become_job();
    run.sleep(1h);
    const auto awake = run.now();
    while (!run.over()) {
        if (run.sending())
            run.reply(200, job_json("running"));
        else
            run.wake();
    }
    EXPECT_EQ(run.error().code, ErrorCode::processing_timeout);
    EXPECT_LE(run.now() - awake, 5s);
}

TEST(Resume, NeedsNoInputsToLookAtAJob) {
    FlowStory first;
    first.become_job();
    Facts facts;
    facts.checkpoint = first.saved();
    facts.has_input = false;
    FlowStory again(facts);
    again.start();
    again.reply(200, finished_job_json());
    EXPECT_EQ(again.outcome().kind, Outcome::Kind::succeeded);
}

} // namespace
} // namespace job_engine::testing
