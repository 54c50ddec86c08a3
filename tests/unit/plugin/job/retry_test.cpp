#include "job/retry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace job_engine {
namespace {

using namespace std::chrono_literals;
using Kind = TransportFailure::Kind;

TEST(SubmitVerdict, FollowsTheStatus) {
    for (const int status : {200, 201, 202, 204})
        EXPECT_EQ(verdict_of_submit(status), SubmitVerdict::accepted) << status;
    for (const int status : {429, 503, 425})
        EXPECT_EQ(verdict_of_submit(status), SubmitVerdict::absent) << status;
    for (const int status : {500, 501, 502, 504, 520, 599, 408, 409, 101, 301, 302, 303})
        EXPECT_EQ(verdict_of_submit(status), SubmitVerdict::uncertain) << status;
    for (const int status : {307, 308, 400, 401, 402, 403, 404, 410, 413, 415, 418, 422})
        EXPECT_EQ(verdict_of_submit(status), SubmitVerdict::rejected) << status;
}

TEST(SubmitVerdict, FollowsWhatMayHaveArrived) {
    for (const auto kind : {Kind::unreachable, Kind::proxy, Kind::broken, Kind::timed_out, Kind::bad_reply,
                            Kind::aborted, Kind::tls}) {
        EXPECT_EQ(verdict_of_submit({kind, true, ""}), SubmitVerdict::uncertain);
    }
    for (const auto kind : {Kind::unreachable, Kind::broken, Kind::timed_out, Kind::bad_reply, Kind::aborted})
        EXPECT_EQ(verdict_of_submit({kind, false, ""}), SubmitVerdict::absent);
    EXPECT_EQ(verdict_of_submit({Kind::tls, false, ""}), SubmitVerdict::rejected);
    EXPECT_NE(verdict_of_submit({Kind::proxy, false, ""}), SubmitVerdict::uncertain);
}

TEST(PollMayRecover, FromAllButADefiniteAnswer) {
    for (const int status : {500, 502, 503, 504, 408, 409, 425, 429})
        EXPECT_TRUE(poll_may_recover(status)) << status;
    for (const int status : {200, 302, 400, 401, 403, 404, 410, 422})
        EXPECT_FALSE(poll_may_recover(status)) << status;
    EXPECT_TRUE(poll_may_recover({Kind::unreachable, false, ""}));
    EXPECT_TRUE(poll_may_recover({Kind::bad_reply, true, ""}));
    EXPECT_FALSE(poll_may_recover({Kind::tls, false, ""}));
}

TEST(Jitter, IsSpreadOverTheUnitInterval) {
    Jitter jitter(1);
    double least = 1;
    double most = 0;
    double sum = 0;
    for (int i = 0; i < 10'000; ++i) {
        const auto number = jitter.next();
        least = std::min(least, number);
        most = std::max(most, number);
        sum += number;
    }
    EXPECT_GE(least, 0.0);
    EXPECT_LT(most, 1.0);
    EXPECT_LT(least, 0.01);
    EXPECT_GT(most, 0.99);
    EXPECT_NEAR(sum / 10'000, 0.5, 0.02);
    EXPECT_NE(Jitter(1).next(), Jitter(2).next());
    EXPECT_EQ(Jitter(3).next(), Jitter(3).next());
}

TEST(Backoff, DoublesFromHalfASecondToThirty) {
    EXPECT_EQ(backoff(0, 0.5), 250ms);
    EXPECT_EQ(backoff(1, 0.5), 500ms);
    EXPECT_EQ(backoff(5, 0.5), 8s);
    EXPECT_EQ(backoff(6, 0.5), 15s);
    EXPECT_EQ(backoff(1'000'000, 0.5), 15s);
    EXPECT_EQ(backoff(6, 0.0), 0ms);
    EXPECT_LT(backoff(6, 0.999), 30s);
}

TEST(Throttle, KeepsTheLatestPause) {
    Throttle throttle;
    const TimePoint begin(100s);
    throttle.pause_until(begin + 10s);
    throttle.pause_until(begin + 5s);
    EXPECT_EQ(throttle.not_before(), begin + 10s);
}

TEST(Throttle, LimitsRetriesUntilSuccessesRefillTheBudget) {
    Throttle throttle;
    int retries = 0;
    while (throttle.take_retry())
        ++retries;
    EXPECT_EQ(retries, 100);
    for (int i = 0; i < 4; ++i)
        throttle.observe_success();
    EXPECT_FALSE(throttle.take_retry());
    throttle.observe_success();
    EXPECT_TRUE(throttle.take_retry());
    EXPECT_FALSE(throttle.take_retry());
    for (int i = 0; i < 10'000; ++i)
        throttle.observe_success();
    for (retries = 0; throttle.take_retry();)
        ++retries;
    EXPECT_EQ(retries, 100);
}

TEST(Outage, IsWhatSpeaksOfTheServiceRatherThanOfOneJob) {
    for (const int status : {500, 502, 503, 504, 522})
        EXPECT_TRUE(speaks_of_outage(status)) << status;
    for (const int status : {200, 302, 404, 408, 409, 425, 429})
        EXPECT_FALSE(speaks_of_outage(status)) << status;
    for (const auto kind : {Kind::unreachable, Kind::broken, Kind::timed_out})
        EXPECT_TRUE(speaks_of_outage({kind, true, ""}));
    for (const auto kind : {Kind::bad_reply, Kind::aborted, Kind::tls, Kind::proxy})
        EXPECT_FALSE(speaks_of_outage({kind, false, ""}));
}

constexpr TimePoint outage_begin(100s);

// Notices an outage at outage_begin + 1 s.
void begin_outage(Throttle& throttle) {
    for (const auto moment : {0ms, 500ms, 1000ms})
        throttle.observe_failure(outage_begin + moment);
}

TEST(Outage, IsNoticedAfterSeveralFailuresOverSomeTime) {
    Throttle throttle;
    for (int i = 0; i < 100; ++i)
        throttle.observe_failure(outage_begin);
    EXPECT_FALSE(throttle.is_away());
    throttle.observe_answer(outage_begin + 500ms, 10ms);
    begin_outage(throttle);
    EXPECT_TRUE(throttle.is_away());
    EXPECT_TRUE(throttle.has_turned_since(outage_begin));
    EXPECT_FALSE(throttle.has_turned_since(outage_begin + 1s));
}

TEST(Outage, HasOneTurnASecondWhoeverTakesIt) {
    Throttle throttle;
    EXPECT_TRUE(throttle.may_ask(outage_begin));
    EXPECT_TRUE(throttle.may_ask(outage_begin));
    begin_outage(throttle);
    int asked = 0;
    for (Millis time = 1s; time <= 11s; time += 10ms)
        asked += throttle.may_ask(outage_begin + time) ? 1 : 0;
    EXPECT_EQ(asked, 10);
    throttle.put_off_turn(outage_begin + 30s);
    EXPECT_FALSE(throttle.may_ask(outage_begin + 29s));
    EXPECT_TRUE(throttle.may_ask(outage_begin + 30s));
}

TEST(Outage, EndsWithAnyAnswer) {
    Throttle throttle;
    begin_outage(throttle);
    throttle.observe_answer(outage_begin + 5s, 10ms);
    EXPECT_FALSE(throttle.is_away());
    EXPECT_TRUE(throttle.has_turned_since(outage_begin + 4s));
    EXPECT_TRUE(throttle.may_ask(outage_begin + 5s));
    EXPECT_TRUE(throttle.may_ask(outage_begin + 5s));
}

TEST(Outage, IsASilenceLongerThanAnswersTakeWhileNobodyElseHasOne) {
    Throttle throttle;
    EXPECT_FALSE(throttle.observe_silence(outage_begin + 2s, outage_begin));
    EXPECT_FALSE(throttle.is_away());
    throttle.observe_answer(outage_begin + 1s, 4s);
    EXPECT_FALSE(throttle.observe_silence(outage_begin + 7s, outage_begin)); // answers take 4 s
    EXPECT_TRUE(throttle.observe_silence(outage_begin + 8s, outage_begin)); // somebody was answered meanwhile
    EXPECT_FALSE(throttle.is_away());
    EXPECT_FALSE(throttle.observe_silence(outage_begin + 9s, outage_begin + 2s));
    EXPECT_FALSE(throttle.is_away());
    EXPECT_FALSE(throttle.observe_silence(outage_begin + 10s, outage_begin + 2s));
    EXPECT_TRUE(throttle.is_away());
    EXPECT_TRUE(throttle.may_ask(outage_begin + 10s));
}

TEST(Throttle, IsSharedByThreads) {
    Throttle throttle;
    const auto use = [&throttle] {
        for (int i = 1; i <= 1000; ++i) {
            throttle.take_retry();
            throttle.observe_success();
            throttle.pause_until(TimePoint(std::chrono::seconds(i)));
        }
    };
    std::thread other(use);
    use();
    other.join();
    EXPECT_EQ(throttle.not_before(), TimePoint(1000s));
}

} // namespace
} // namespace job_engine
