#include "job/poll_timer.hpp"

#include "polling/poll_schedule.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace job_engine {
namespace {

using namespace std::chrono_literals;

constexpr Millis min_pause{100};

// A pause that the service asks for holds for all during an outage, but not longer than they would back off.
constexpr Millis max_turn_put_off{30'000};

Millis part_of(Millis longest, Jitter& jitter) {
    return Millis(std::llround(jitter.next() * static_cast<double>(longest.count())));
}

} // namespace

Millis PollTimer::age(TimePoint now) const {
    return std::chrono::duration_cast<Millis>(now - began_at_);
}

void PollTimer::wait(TimePoint now, Millis delay, std::optional<Millis> retry_after) {
    not_sooner_than_ =
        std::max(now + retry_after.value_or(0ms), asked_at_ + run_.binding().minimum_poll_interval);
    until_ = std::max({now + delay, not_sooner_than_, run_.service.throttle.not_before(), rate_.earliest()});
    retry_at_ = {};
    is_over_ = false;
    poll_due_ = true;
}

void PollTimer::wait_for_next_poll(TimePoint now, std::optional<Millis> retry_after) {
    auto next = next_poll(now);
    // A poll that is held sees the end that comes meanwhile; one that was answered at once was not held.
    if (was_held_ && may_long_poll()) {
        const Millis held = std::chrono::seconds(run_.binding().poll.prefer_wait_seconds);
        next = {next.ask ? std::max(next.delay - held, 0ms) : 0ms, true};
    }
    wait(now, next.delay, retry_after);
    poll_due_ = next.ask;
}

Millis PollTimer::wait_after_failure(TimePoint now, std::optional<Millis> retry_after) {
    // Polls outlive an outage however long, so an empty budget only slows them down.
    const auto failures = run_.service.throttle.take_retry() ? failures_ : slowest_backoff;
    ++failures_;
    const bool away = run_.service.throttle.is_away();
    if (away && retry_after)
        run_.service.throttle.put_off_turn(now + std::min(*retry_after, max_turn_put_off));
    const auto own_pause = away ? pause_in_outage(now, true) : backoff(failures, run_.jitter().next());
    const auto pause = std::max({own_pause, retry_after.value_or(0ms), min_pause});
    wait(now, pause, retry_after);
    if (!away && !retry_after) {
        retry_at_ = until_;
        is_over_ = true; // but for retry_at_
    }
    return pause;
}

void PollTimer::hurry(TimePoint now) {
    until_ = now;
    not_sooner_than_ = now;
    retry_at_ = {};
    is_over_ = true;
    poll_due_ = true;
}

// The API's own word first, then what other runs have shown.
NextPoll PollTimer::next_poll(TimePoint now) {
    const auto& report = run_.report;
    if (const auto eta = report.eta())
        return {delay_by_eta(age(now), std::chrono::duration<double>(*eta).count()), true};
    if (const auto fraction = report.fraction(); fraction && report.phase() == Phase::running)
        if (const auto delay = delay_by_progress(age(now), *fraction))
            return {*delay, true};
    return knows_age() ? watch_.next_poll(age(now), run_.jitter().next())
                       : NextPoll{delay_without_age(age(now)), true};
}

bool PollTimer::may_long_poll() const {
    return run_.binding().poll.prefer_wait_seconds > 0 && knows_age()
           && watch_.runs_at_once() <= run_.connection().max_connections / 2;
}

bool PollTimer::may_poll(TimePoint now, bool has_just_asked) {
    if (!is_over_)
        return false;
    if (now < retry_at_ && !run_.service.throttle.has_turned_since(asked_at_)) {
        until_ = std::min(retry_at_, now + outage_spread);
        is_over_ = false;
    } else if (!poll_due_) {
        wait_for_next_poll(now, std::nullopt);
    } else if (std::max(run_.service.throttle.not_before(), rate_.earliest()) > now) {
        wait(now, 0ms);
    } else if (!run_.service.throttle.may_ask(now)) {
        wait(now, pause_in_outage(now, has_just_asked));
    }
    return is_over_;
}

// Runs that wait for longer have not heard of the outage, but people wait for everything since it began.
void PollTimer::come_back(TimePoint now, Millis within) {
    const bool is_soon = poll_due_ && until_ <= now + within;
    if (is_soon || !run_.service.throttle.has_turned_since(std::max(asked_at_, heard_at_)))
        return;
    const auto moment = std::max({now, run_.service.throttle.not_before(), not_sooner_than_})
                        + part_of(within, run_.jitter());
    if (!poll_due_ || moment < until_)
        until_ = moment;
    poll_due_ = true;
}

// A run that has just asked in vain is there for the next turn; the others look later whether it is over.
Millis PollTimer::pause_in_outage(TimePoint now, bool has_just_asked) {
    const auto turn = std::chrono::ceil<Millis>(run_.service.throttle.next_turn() - now);
    if (has_just_asked && turn > 0ms && asked_at_ + outage_spread > now)
        return turn;
    return std::max(min_pause, part_of(outage_spread, run_.jitter()));
}

void PollTimer::observe_poll(TimePoint now) {
    rate_.spend(now);
    asked_at_ = now;
}

void PollTimer::observe_answer(TimePoint now) {
    heard_at_ = now;
    failures_ = 0;
    was_held_ = now - asked_at_ >= std::chrono::milliseconds(500) * run_.binding().poll.prefer_wait_seconds;
}

void PollTimer::observe_running(TimePoint now) {
    if (knows_age())
        watch_.observe_running(age(now));
}

void PollTimer::observe_done(TimePoint now) {
    if (knows_age())
        watch_.observe_done(age(now));
}

} // namespace job_engine
