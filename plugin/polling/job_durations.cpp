#include "polling/job_durations.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace job_engine {
namespace {

// A wait ends firmly where enough runs were seen to pass; elsewhere others may teach better meanwhile.
constexpr double min_recheck = 1.0; // s

// So many of the looks come too early on purpose, where the wait is long. Otherwise jobs that have become
// shorter would confirm the plan for ever: nobody looks where nothing ends.
constexpr double explorers = 1.0 / 32;
constexpr double min_explored = 2.0; // s

// When a look may follow the submit at once.
constexpr double runs_that_tell_at_once = 3;
constexpr double rarely_longer = 0.25; // the part of the jobs that take longer than the first bucket
constexpr double immediate_polls_remembered = 16;
constexpr double nearly_always = 0.95;

Millis rounded_up(double age) noexcept {
    return Millis(static_cast<Millis::rep>(std::ceil(age * 1000)));
}

} // namespace

void JobDurations::begin_run() {
    const std::lock_guard lock(mutex_);
    table_.observe_runs_at_once(++runs_);
}

void JobDurations::end_run() {
    const std::lock_guard lock(mutex_);
    --runs_;
}

void JobDurations::refresh() {
    if (!table_.stale())
        return;
    table_.refresh();
    plan_is_old_ = true;
}

void JobDurations::observe_running(Millis last_poll, Millis age) {
    const std::lock_guard lock(mutex_);
    table_.observe_running(last_poll, age);
}

void JobDurations::observe_done(Millis last_poll, Millis age) {
    const std::lock_guard lock(mutex_);
    table_.observe_done(last_poll, age);
    table_.observe_runs_at_once(runs_); // the end has worn off some
}

NextPoll JobDurations::next_poll(Millis last_poll, Millis age, double jitter) {
    const std::lock_guard lock(mutex_);
    refresh();
    if (std::exchange(plan_is_old_, false)) // only now: jobs that end at once need no plan
        plan_ = PollPlan(table_);
    const auto now = in_seconds(age);
    const auto planned = plan_.next_poll(in_seconds(last_poll), jitter);
    const auto explores = jitter < explorers && planned - in_seconds(last_poll) > min_explored;
    const auto look =
        explores ? std::lerp(in_seconds(last_poll), planned, 0.1 + 0.8 * jitter / explorers) : planned;
    const auto wait = std::max(look - now, 0.0);
    // Rechecks are spread like looks: a plan that has come nearer sends many runs off at their recheck.
    const auto recheck = min_recheck * (0.75 + 0.5 * jitter);
    if (wait > recheck && table_.exposure(JobLifeTable::bucket_of(look)) < JobLifeTable::runs_that_know)
        return {rounded_up(recheck), false};
    return {rounded_up(wait), true};
}

bool JobDurations::ends_at_once(double jitter) {
    const std::lock_guard lock(mutex_);
    // As long as every look at once finds a job done there is nothing to learn, and learning is half a
    // request.
    if (!ends_at_once_ || found_at_once_ < nearly_always) {
        refresh();
        ends_at_once_ = table_.exposure(0) >= runs_that_tell_at_once && table_.survival(1) <= rarely_longer;
    }
    return ends_at_once_ && (found_at_once_ > 0.5 || jitter < explorers);
}

void JobDurations::observe_immediate_poll(bool done) {
    const std::lock_guard lock(mutex_);
    found_at_once_ += ((done ? 1.0 : 0.0) - found_at_once_) / immediate_polls_remembered;
}

std::size_t JobDurations::runs_at_once() {
    const std::lock_guard lock(mutex_);
    return runs_;
}

void JobWatch::observe_first(bool done) {
    if (!std::exchange(looked_, true) && immediate_polls_)
        durations_->observe_immediate_poll(done);
}

void JobWatch::observe_done(Millis age) {
    observe_first(true);
    durations_->observe_done(last_poll_, age);
}

void JobWatch::observe_running(Millis age) {
    observe_first(false);
    durations_->observe_running(last_poll_, age);
    last_poll_ = age;
    jitter_ = -1;
}

NextPoll JobWatch::next_poll(Millis age, double jitter) {
    if (jitter_ < 0)
        jitter_ = jitter;
    immediate_polls_ = !looked_ && durations_->ends_at_once(jitter_);
    if (immediate_polls_)
        return {Millis(0), true};
    return durations_->next_poll(last_poll_, age, jitter_);
}

std::shared_ptr<JobDurations> KnownDurations::of(std::string_view kind) {
    const std::lock_guard lock(mutex_);
    const auto known =
        std::find_if(kinds_.begin(), kinds_.end(), [&](const auto& entry) { return entry.first == kind; });
    if (known != kinds_.end()) {
        kinds_.splice(kinds_.begin(), kinds_, known);
        return known->second;
    }
    kinds_.emplace_front(kind, std::make_shared<JobDurations>());
    auto durations = kinds_.front().second;
    if (kinds_.size() > most_)
        kinds_.pop_back();
    return durations;
}

} // namespace job_engine
