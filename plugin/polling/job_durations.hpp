#pragma once

#include "polling/job_life_table.hpp"
#include "polling/poll_plan.hpp"

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace job_engine {

struct NextPoll {
    Millis delay; // from now on
    bool ask;     // false: then call next_poll() again instead of looking at the job
};

// How long the jobs of one kind take, learned from all runs of it, and so when to look at one. Thread-safe.
// Ages are counted from the reply to the submit; last_poll is the age at the last look, 0 when there was
// none. Runs use it through a JobWatch.
class JobDurations {
public:
    void begin_run();
    void end_run();

    // What a look at `age` found. A run that ends otherwise, by a cancel say, has nothing to note.
    void observe_running(Millis last_poll, Millis age);
    void observe_done(Millis last_poll, Millis age);

    // For a job that is `age` old now. jitter, in [0, 1), stays the same until the job is looked at.
    NextPoll next_poll(Millis last_poll, Millis age, double jitter);

    // Whether such jobs are done before the submit is answered, so that a look may follow it at once; and
    // what such a look found.
    bool ends_at_once(double jitter);
    void observe_immediate_poll(bool done);

    std::size_t runs_at_once();

private:
    void refresh();

    std::mutex mutex_;
    std::size_t runs_ = 0;
    JobLifeTable table_;
    PollPlan plan_;
    bool plan_is_old_ = true;   // the table's estimate has changed since
    bool ends_at_once_ = false; // by the table
    double found_at_once_ = 1;  // of the looks at once, lately
};

// One run's view of its job, from the reply to the submit until the run is over, however it ends. One
// thread at a time.
class JobWatch {
public:
    // It watches no job yet, and is asked nothing.
    JobWatch() = default;
    explicit JobWatch(std::shared_ptr<JobDurations> durations) { begin(std::move(durations)); }
    ~JobWatch() {
        if (has_begun())
            durations_->end_run();
    }
    JobWatch(const JobWatch&) = delete;
    JobWatch& operator=(const JobWatch&) = delete;

    // Once.
    void begin(std::shared_ptr<JobDurations> durations) {
        durations->begin_run();
        durations_ = std::move(durations);
    }
    bool has_begun() const noexcept { return durations_ != nullptr; }

    // What a look found that was asked for by next_poll() or otherwise.
    void observe_running(Millis age);
    void observe_done(Millis age);

    // jitter, in [0, 1), is kept until the next look.
    NextPoll next_poll(Millis age, double jitter);

    std::size_t runs_at_once() const { return durations_->runs_at_once(); }

private:
    void observe_first(bool done);

    std::shared_ptr<JobDurations> durations_;
    Millis last_poll_{0};
    bool looked_ = false;
    bool immediate_polls_ = false;
    double jitter_ = -1; // below 0: none is kept
};

// The kinds of job of a session, each known by a text such as model and size; the one used longest ago is
// forgotten when there are too many. Thread-safe.
class KnownDurations {
public:
    explicit KnownDurations(std::size_t most = 64) : most_(most) {}

    // Never null. Runs of a kind that is forgotten meanwhile keep theirs.
    std::shared_ptr<JobDurations> of(std::string_view kind);

private:
    const std::size_t most_;
    std::mutex mutex_;
    std::list<std::pair<std::string, std::shared_ptr<JobDurations>>> kinds_; // the last used first
};

} // namespace job_engine
