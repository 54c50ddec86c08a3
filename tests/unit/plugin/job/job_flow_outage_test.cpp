// Many runs of one connection while the service is away, and when it is back.
#include "job/flow_story.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace job_engine::testing {
namespace {

using Kind = TransportFailure::Kind;

// How the service is away, told to a story whose poll is under way; false: not a word comes.
using Away = std::function<bool(FlowStory&)>;

bool unavailable(FlowStory& run) {
    run.reply(503, "");
    return true;
}
bool refused(FlowStory& run) {
    run.fails(Kind::unreachable, false);
    return true;
}
bool swallowed(FlowStory& /*run*/) {
    return false;
}

// Runs that poll on one clock, a step of 10 ms after the other.
class Fleet {
public:
    explicit Fleet(std::size_t size, const std::string& connection = {}) {
        world_->on_return = [this] { back_ = true; };
        for (std::size_t i = 0; i < size; ++i) {
            Facts facts;
            facts.connection = connection;
            facts.keeps_checkpoints = false;
            facts.timeout = 2h;
            facts.jitter_seed = i;
            runs_.push_back({std::make_unique<FlowStory>(facts, world_)});
            runs_.back().story->become_job();
        }
    }

    // Lets time pass; away: what becomes of each poll, else it finds its job running, or done.
    void pass(Millis time, const Away& away, bool done = false) {
        for (const auto end = world_->now + time; world_->now < end; world_->now += 10ms)
            for (auto& run : runs_) {
                act(run, away, done);
                if (std::exchange(back_, false))
                    tell_of_return();
            }
    }

    std::size_t sent() const {
        std::size_t count = 0;
        for (const auto& run : runs_)
            count += static_cast<std::size_t>(run.story->sends());
        return count;
    }
    bool all_over() const {
        return std::all_of(runs_.begin(), runs_.end(), [](const auto& run) { return run.story->over(); });
    }
    Millis until_all_are_over() {
        const auto begin = world_->now;
        while (!all_over() && world_->now - begin < 10min)
            pass(10ms, nullptr, true);
        return std::chrono::duration_cast<Millis>(world_->now - begin);
    }
    FlowStory& operator[](std::size_t i) { return *runs_[i].story; }
    void remove(std::size_t i) { runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(i)); }
    std::size_t size() const { return runs_.size(); }
    World& world() { return *world_; }

private:
    struct Member {
        std::unique_ptr<FlowStory> story;
        int swallowed = 0; // which of its requests was
        TimePoint times_out = TimePoint::max();
    };

    void tell_of_return() {
        for (auto& run : runs_)
            if (!run.story->over())
                run.story->service_is_back();
    }
    void act(Member& run, const Away& away, bool done) {
        auto& story = *run.story;
        if (story.over())
            return;
        if (story.wake_at() <= world_->now)
            story.timer();
        if (story.over() || !story.sending())
            return;
        if (story.abort_asked())
            return story.aborted(true);
        if (run.swallowed == story.sends()) { // nobody will ever answer it
            if (world_->now >= run.times_out)
                story.fails(Kind::timed_out, true);
            return;
        }
        if (!away)
            return story.reply(200, done ? finished_job_json() : job_json("running", R"("progress": 0.5)"));
        if (!away(story)) {
            run.swallowed = story.sends();
            run.times_out = world_->now + story.request().timeout;
        }
    }

    std::shared_ptr<World> world_ = std::make_shared<World>();
    std::vector<Member> runs_;
    bool back_ = false;
};

struct AwayKind {
    const char* name;
    bool (*happens)(FlowStory&);
};
void PrintTo(const AwayKind& kind, std::ostream* out) {
    *out << kind.name;
}
class Outage : public ::testing::TestWithParam<AwayKind> {};

TEST_P(Outage, IsAskedAfterOnceASecondAndOverForAllWithinSeconds) {
    for (const auto length : {Millis(20s), Millis(20'700), Millis(300s)}) {
        Fleet fleet(200);
        fleet.pass(4s, nullptr);
        fleet.pass(10s, GetParam().happens);
        const auto sent = fleet.sent();
        fleet.pass(length, GetParam().happens);
        const auto seconds = static_cast<std::size_t>(length / 1s);
        EXPECT_LE(fleet.sent() - sent, seconds + 2);
        EXPECT_GE(fleet.sent() - sent, seconds * 8 / 10);
        EXPECT_LE(fleet.until_all_are_over(), 5s);
    }
}

TEST_P(Outage, OfAConnectionWithOneRunIsAskedAfterToo) {
    Fleet fleet(1);
    fleet.pass(4s, nullptr);
    fleet.pass(40s, GetParam().happens);
    const auto sent = fleet.sent();
    fleet.pass(60s, GetParam().happens);
    EXPECT_LE(fleet.sent() - sent, 61);
    EXPECT_GE(fleet.sent() - sent, 2);
}

TEST_P(Outage, GoesOnBeingAskedAfterWhenRunsEnd) {
    Fleet fleet(30);
    fleet.pass(4s, nullptr);
    fleet.pass(15s, GetParam().happens);
    while (fleet.size() > 2) {
        fleet.pass(1s, GetParam().happens);
        // Whoever asks, or has just asked: its host drops it, cancels it, or suspends it.
        std::size_t asks = 0;
        for (std::size_t i = 0; i < fleet.size(); ++i)
            asks = fleet[i].sends() > fleet[asks].sends() || fleet[i].sending() ? i : asks;
        if (fleet.size() % 2 == 0 && !fleet[asks].sending())
            fleet[asks].suspend();
        fleet.remove(asks);
    }
    const auto sent = fleet.sent();
    fleet.pass(40s, GetParam().happens);
    EXPECT_GE(fleet.sent() - sent, 2);
    EXPECT_LE(fleet.until_all_are_over(), GetParam().happens == swallowed ? 31s : 5s);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Outage,
                         ::testing::Values(AwayKind{"Unavailable", unavailable}, AwayKind{"Refused", refused},
                                           AwayKind{"BlackHole", swallowed}),
                         [](const auto& test) { return test.param.name; });

TEST(JobFlowOutage, SpreadsTheRunsThatComeBackOverTwoSeconds) {
    Fleet fleet(200);
    fleet.pass(4s, nullptr);
    fleet.pass(20s, unavailable);
    std::size_t most = 0;
    while (!fleet.all_over()) {
        const auto before = fleet.sent();
        fleet.pass(100ms, nullptr, true);
        most = std::max(most, fleet.sent() - before);
    }
    EXPECT_LE(most, 60); // of 200 in a tenth of a second
}

// A service that tells each job another time, so their polls are 5 to 10 s apart and at all times.
Away with_long_waits() {
    return [seconds = 11](FlowStory& run) mutable {
        seconds = 11 + (seconds + 7) % 20;
        run.reply(200, job_json("running", "\"eta_seconds\": " + std::to_string(seconds)));
        return true;
    };
}

TEST(JobFlowOutage, IsSoonOverForRunsThatSleptThroughIt) {
    Fleet fleet(200);
    fleet.pass(20s, with_long_waits());
    fleet.pass(3s, refused);
    EXPECT_LE(fleet.until_all_are_over(), 5s);
}

TEST(JobFlowOutage, IsSoonOverForRunsThatThinkAgainBeforeTheyAsk) {
    Fleet fleet(19); // too few to know how long such jobs take
    const Away without_a_word = [](FlowStory& run) {
        run.reply(200, job_json("running"));
        return true;
    };
    fleet.pass(660s, without_a_word);
    fleet.pass(4s, refused);
    ASSERT_TRUE(fleet.world().service.throttle.is_away());
    EXPECT_LE(fleet.until_all_are_over(), 5s);
}

// Of two runs the one waits for its next poll, and the other meets an outage and its end.
struct Returned {
    std::shared_ptr<World> world = std::make_shared<World>();
    FlowStory waiting{{}, world};
    FlowStory asking{{}, world};

    explicit Returned(std::optional<Millis> retry_after) {
        for (auto* run : {&waiting, &asking}) {
            run->become_job();
            run->poll();
        }
        waiting.reply(200, job_json("running", R"("eta_seconds": 60)"), retry_after);
        while (!world->service.throttle.is_away())
            if (asking.sending())
                asking.fails(Kind::unreachable, false);
            else
                asking.wake();
        while (!asking.sending())
            asking.wake();
        asking.pass(100ms);
        asking.reply(200, job_json("running", R"("eta_seconds": 60)"));
        EXPECT_FALSE(world->service.throttle.is_away());
    }
};

TEST(JobFlowOutage, ItsEndShortensAWaitAndNoPauseThatTheServiceAskedFor) {
    Returned shorter({});
    const auto before = shorter.waiting.until_wake();
    shorter.waiting.service_is_back();
    EXPECT_LT(shorter.waiting.until_wake(), before);
    EXPECT_LE(shorter.waiting.until_wake(), 4s);

    Returned asked_for(120s);
    const auto until = asked_for.waiting.wake_at();
    asked_for.waiting.service_is_back();
    EXPECT_EQ(asked_for.waiting.wake_at(), until);
}

TEST(JobFlowOutage, WhoeverFoundItsEndIsNotAskedForAgainForThat) {
    Returned returned({});
    const auto until = returned.asking.wake_at();
    returned.asking.service_is_back();
    EXPECT_EQ(returned.asking.wake_at(), until);
}

TEST(JobFlowOutage, ItsEndLeavesThousandsOfRunsToTheirOwnTime) {
    Returned returned({});
    const auto until = returned.waiting.wake_at();
    returned.waiting.service_is_back(max_wait_after_outage(10'000));
    EXPECT_EQ(returned.waiting.wake_at(), until);
}

TEST(JobFlowOutage, APauseForEverybodyEndsForEachAtAnotherTime) {
    Returned returned({});
    const auto pause_ends = returned.world->now + 5s;
    returned.world->service.throttle.pause_until(pause_ends);
    returned.waiting.service_is_back();
    EXPECT_GT(returned.waiting.wake_at(), pause_ends);
}

TEST(JobFlowOutage, LeavesRunsAloneThatHaveBeenAskedForSince) {
    Fleet fleet(200);
    fleet.pass(20s, with_long_waits());
    fleet.pass(3s, refused);
    fleet.pass(4s, with_long_waits());
    const auto sent = fleet.sent();
    fleet.world().on_return(); // from an end that somebody was slow to tell of
    fleet.pass(4s, with_long_waits());
    EXPECT_LE(fleet.sent() - sent, 130); // those whose own waits end, of 200
}

TEST(JobFlowOutage, AShortBlackHoleIsNoticedBeforeTheRequestsTimeOut) {
    Fleet fleet(20, R"("request_timeout_ms": 60000)");
    fleet.pass(4s, nullptr);
    fleet.pass(3s, swallowed);
    EXPECT_LE(fleet.until_all_are_over(), 6s);
}

TEST(JobFlowOutage, APollThatIsSilentWhileOthersAreAnsweredIsSentOnceMore) {
    Fleet fleet(20, R"("request_timeout_ms": 60000)");
    fleet.pass(4s, nullptr);
    const auto max_are_swallowed = [&fleet](FlowStory& run) {
        if (&run != &fleet[0])
            return false;
        run.reply(200, job_json("running", R"("progress": 0.5)"));
        return true;
    };
    fleet.pass(3s, max_are_swallowed);
    EXPECT_LE(fleet.until_all_are_over(), 6s);

    Fleet slow(20, R"("request_timeout_ms": 60000)");
    slow.pass(4s, nullptr);
    slow.pass(7s, [&slow](FlowStory& run) {
        if (&run == &slow[1])
            return false;
        run.reply(200, job_json("running", R"("progress": 0.5)"));
        return true;
    });
    const auto sends = slow[1].sends();
    slow.pass(40s, [&slow](FlowStory& run) {
        if (&run == &slow[1])
            return false;
        run.reply(200, job_json("running", R"("progress": 0.5)"));
        return true;
    });
    EXPECT_LE(slow[1].sends(), sends + 1);
}

TEST(JobFlowOutage, ASlowServiceIsGivenItsTime) {
    const auto world = std::make_shared<World>();
    Facts facts;
    facts.keeps_checkpoints = false;
    FlowStory run(facts, world);
    run.become_job();
    run.poll();
    run.pass(7s);
    ASSERT_TRUE(run.abort_asked()); // this once it might be an outage
    run.aborted(true);
    ASSERT_TRUE(run.sending());
    run.pass(7s);
    EXPECT_FALSE(run.abort_asked());
    run.reply(200, job_json("running"));
    for (int i = 0; i < 5; ++i) {
        run.poll();
        run.pass(9s);
        EXPECT_FALSE(run.abort_asked());
        run.reply(200, job_json("running"));
    }
}

TEST(JobFlowOutage, IsNotWhatOneJobSuffersAmongOthers) {
    Fleet fleet(20);
    fleet.pass(60s, [&fleet](FlowStory& run) {
        if (&run == &fleet[0])
            run.reply(500, "");
        else
            run.reply(200, job_json("running", R"("progress": 0.5)"));
        EXPECT_FALSE(fleet.world().service.throttle.is_away());
        return true;
    });
    EXPECT_LT(fleet[0].sends(), 30);
}

TEST(JobFlowOutage, HoldsNeitherACancelNorASuspendNorTheDeadlineUp) {
    Fleet fleet(4);
    fleet.pass(4s, nullptr);
    fleet.pass(10s, refused);
    for (std::size_t i = 0; i < 2; ++i)
        ASSERT_FALSE(fleet[i].sending());
    fleet[0].cancel();
    EXPECT_EQ(fleet[0].request().method, "DELETE");
    fleet[1].suspend();
    EXPECT_EQ(fleet[1].outcome().kind, Outcome::Kind::suspended);
    EXPECT_EQ(fleet[2].progress().phase, Phase::retrying);
    fleet[2].sleep(3h); // and a last look that nobody answers
    fleet[2].pass(6s);
    if (fleet[2].abort_asked())
        fleet[2].aborted(true);
    EXPECT_EQ(fleet[2].error().code, ErrorCode::processing_timeout);
}

} // namespace
} // namespace job_engine::testing
