#pragma once

#include "base/time.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace job_engine {

// How long jobs of one kind take, as a life table of survival analysis: for each bucket of age, how many runs
// passed through it and how many ended in it. Runs that still go on, or were cancelled, so count for what
// they have shown, and need no end to teach. Buckets grow with age: what matters is the relative precision.
class JobLifeTable {
public:
    static constexpr double first_edge = 0.02; // s: below, one bucket
    static constexpr double last_edge = 3600.0;
    static constexpr double ratio = 1.02;
    static constexpr std::size_t buckets = 613;
    // What a bucket says is relied on from so many runs that passed it.
    static constexpr double runs_that_know = 20;

    JobLifeTable() noexcept;

    // Bucket b holds the ages from edges()[b] to edges()[b + 1], in seconds.
    static std::span<const double, buckets + 1> edges() noexcept;
    // Ages past the last edge count as the last bucket.
    static std::size_t bucket_of(double age) noexcept;

    // A look at `age` found the job running; the look before was at `since`.
    void observe_running(Millis since, Millis age) noexcept;
    // A look at `age` found the job ended; the look before, at `since`, had found it running.
    void observe_done(Millis since, Millis age) noexcept;

    // So many go on at once now: more of them are remembered.
    void observe_runs_at_once(std::size_t runs) noexcept;

    // The estimate as of the last refresh(): the probability that a job outlives the edge, and runs seen to
    // pass the bucket (the prior not counted).
    double survival(std::size_t edge) const noexcept { return survival_[edge]; }
    double exposure(std::size_t bucket) const noexcept { return exposure_[bucket]; }

    // Whether what was noted since the last refresh() may change the estimate by about a tenth.
    bool stale() const noexcept;
    void refresh() noexcept;

private:
    void add(std::size_t bucket, double events, double exposure) noexcept;
    double mass(double from, double to, std::size_t bucket) const noexcept;

    std::array<float, buckets> events_{};
    std::array<float, buckets> exposure_{};
    std::array<float, buckets + 1> survival_{};
    double memory_;
    double seen_ = 0;    // ends seen, or expected and not seen, up to the last refresh
    double pending_ = 0; // the same since then
};

} // namespace job_engine
