#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string_view>
#include <vector>

namespace job_server {

struct Durations {
    double low_seconds = 0;
    double high_seconds = 0;
};

// One job. It needs no timer: that it is over follows from the clock when somebody asks.
struct Job {
    std::int64_t started_ns;
    std::int64_t done_ns;
};

// The jobs, and how often the API was asked about them. A job's name is its place in the order of the
// submits.
class JobBook {
public:
    // The first `warm_up` jobs, and what is asked about them, are left out of the measured counts.
    JobBook(Durations durations, std::size_t warm_up, std::uint64_t seed);

    std::size_t add(std::int64_t now);
    // The job of a name as `name_prefix` and the number make it.
    std::optional<std::size_t> find(std::string_view name) const noexcept;
    const Job& operator[](std::size_t number) const noexcept { return jobs_[number]; }

    void count_poll(std::size_t number) noexcept { count(number, polls_); }
    void count_result(std::size_t number) noexcept { count(number, results_); }
    void count_refused() noexcept { ++refused_; }

    std::size_t jobs() const noexcept { return jobs_.size(); }
    std::size_t measured_jobs() const noexcept {
        return jobs_.size() > warm_up_ ? jobs_.size() - warm_up_ : 0;
    }
    std::size_t polls() const noexcept { return polls_; }
    std::size_t results() const noexcept { return results_; }
    std::size_t refused() const noexcept { return refused_; }
    std::size_t measured_requests() const noexcept { return measured_requests_; }

    static constexpr std::string_view name_prefix = "job-";

private:
    void count(std::size_t number, std::size_t& kind) noexcept {
        ++kind;
        if (number >= warm_up_)
            ++measured_requests_;
    }

    std::vector<Job> jobs_;
    std::mt19937_64 random_;
    std::uniform_real_distribution<double> seconds_;
    std::size_t warm_up_;
    std::size_t polls_ = 0;
    std::size_t results_ = 0;
    std::size_t refused_ = 0;
    std::size_t measured_requests_ = 0;
};

} // namespace job_server
