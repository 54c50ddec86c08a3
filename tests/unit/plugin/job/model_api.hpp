#pragma once

#include "job/flow_story.hpp"

#include <cstdint>
#include <job_book.hpp>
#include <map>
#include <random>
#include <set>
#include <string>

namespace job_engine::testing {

// Seeded choices. Only the engine is used, whose numbers the standard fixes.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    // 0 to sides - 1
    int roll(int sides) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(sides)); }
    bool percent(int chance) { return roll(100) < chance; }
    template <class T>
    T pick(std::initializer_list<T> choices) {
        return *(choices.begin() + roll(static_cast<int>(choices.size())));
    }

private:
    std::mt19937_64 engine_;
};

// An API that loses requests and replies as it likes, and keeps account of the jobs that it was made to do.
class ModelApi {
public:
    using RemoteJob = test_support::Job;

    enum class Shape {
        built_in, // as the built-in binding says
        queue,    // see queue_binding
        listing   // as the built-in one, and its jobs are listed within a minute: see listing_binding
    };
    ModelApi(Dice& dice, bool honours_keys, Shape shape)
        : dice_(dice), queue_(shape == Shape::queue), lists_(shape == Shape::listing), book_(honours_keys) {}

    // Ends the run's request under way in one of the ways in which such a request may end.
    void answer(FlowStory& run);
    // Ends a request that the run gave up.
    void give_up(FlowStory& run);

    // The job that leads, or may lead, to a video; nullptr: there is none.
    const RemoteJob* billable() const;
    int jobs_paid_twice() const { return paid_twice_; }
    int jobs_made() const { return static_cast<int>(book_.jobs().size()); }

private:
    RemoteJob& take_job(const FlowStory& run);
    RemoteJob& job_in(const std::string& target);
    void move_on(RemoteJob& job);
    std::string body_of(const RemoteJob& job) const;
    void answer_submit(FlowStory& run);
    void answer_poll(FlowStory& run, RemoteJob& job);
    void answer_result(FlowStory& run, RemoteJob& job);
    void answer_list(FlowStory& run) const;
    void answer_cancel(FlowStory& run, RemoteJob& job);
    bool fail_on_the_way(FlowStory& run);

    Dice& dice_;
    const bool queue_;
    const bool lists_;
    test_support::JobBook book_;
    std::map<std::string, TimePoint> listed_from_; // by id
    std::set<std::string> marked_;                 // ids of jobs whose submit had a marker
    int paid_twice_ = 0;
};

} // namespace job_engine::testing
