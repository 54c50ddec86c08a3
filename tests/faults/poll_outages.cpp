// Row poll-outages: the service is away while jobs run.
#include "connection_attempts.hpp"
#include "job_service.hpp"
#include "node_runs.hpp"
#include "report.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace faults {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

enum class Kind { unavailable, reset, refused, black_hole };
constexpr Kind kinds[] = {Kind::unavailable, Kind::reset, Kind::refused, Kind::black_hole};

constexpr int request_timeout_ms = 10'000;
constexpr auto look_interval = 20ms;
// After the outage: a request that is still in the black hole, the longest pause, and the jobs' own time.
constexpr auto time_to_recover = 120s;

const char* name_of(Kind kind) {
    switch (kind) {
    case Kind::unavailable:
        return "503";
    case Kind::reset:
        return "reset";
    case Kind::refused:
        return "refused";
    case Kind::black_hole:
        return "black hole";
    }
    return "";
}

// One poll of each job that meets the outage; the 100 repeats that the connection's budget has; 64 more,
// because a poll on a kept connection that has died is sent once again on a new one; and from then on each
// job asks after a pause of 0 to 30 s, at random: every 15 s on average.
std::size_t bound_on_requests(std::size_t jobs, std::chrono::seconds outage) {
    return jobs + 100 + 64 + jobs * static_cast<std::size_t>(outage.count()) / 15;
}

struct Outcome {
    std::size_t lost = 0;
    std::size_t extra_jobs = 0;
    std::size_t requests = 0;
    std::chrono::seconds last_video_after{0}; // the end of the outage
};

// One service that goes away, and its runs.
class Outage {
public:
    Outage(Kind kind, std::chrono::seconds length, std::size_t jobs)
        : kind_(kind), length_(length), job_count_(jobs), service_(script()) {}

    Outcome measure() {
        start_runs();
        wait_until_all_run();
        const auto requests_before = service_.requests();
        const auto attempts_before = connection_attempts(service_.server().port());
        begin();
        std::this_thread::sleep_for(length_);
        Outcome outcome;
        outcome.requests = service_.requests() - requests_before;
        if (kind_ == Kind::refused) // what never reaches the service is counted where it begins
            outcome.requests = connection_attempts(service_.server().port()) - attempts_before;
        end();
        const auto ended = Clock::now();
        for (auto& run : runs_)
            outcome.lost += has_its_video(*run) ? 0U : 1U;
        outcome.last_video_after = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - ended);
        outcome.extra_jobs = service_.jobs() - job_count_;
        return outcome;
    }

private:
    Script script() {
        Script script;
        script.is_done = [this](const Job&) { return is_over_.load(); };
        script.instead = [this](const Request& request) -> std::optional<Reply> {
            if (!is_away_ || request.method != "GET")
                return std::nullopt;
            if (kind_ == Kind::unavailable)
                return reply_with(503, "{}");
            return no_reply(kind_ == Kind::reset ? Reply::Then::reset : Reply::Then::fall_silent);
        };
        return script;
    }

    void start_runs() {
        for (std::size_t i = 0; i < job_count_; ++i) {
            auto spec = spec_for(service_.base_url(), "Outage " + std::to_string(i));
            spec.connection["request_timeout_ms"] = request_timeout_ms;
            spec.timeout = length_ + time_to_recover + 60s;
            runs_.push_back(host_.start(spec));
        }
    }
    void wait_until_all_run() {
        const auto until = Clock::now() + 60s;
        for (std::size_t i = 0; i < job_count_; ++i)
            while (!service_.was_polled("Outage " + std::to_string(i))) {
                if (Clock::now() > until)
                    throw std::runtime_error("the jobs of an outage do not run");
                std::this_thread::sleep_for(look_interval);
            }
    }
    void begin() {
        is_away_ = true;
        if (kind_ == Kind::refused)
            service_.server().refuse_connections();
    }
    void end() {
        is_over_ = true;
        is_away_ = false;
        if (kind_ == Kind::refused)
            service_.server().accept_connections();
    }
    bool has_its_video(test_support::LiveRun& run) {
        try {
            const auto result = run.result(time_to_recover);
            if (result.succeeded())
                return true;
            say(std::string("a run lost to ") + name_of(kind_) + ": " + test_support::describe(result));
        } catch (const std::runtime_error& late) {
            say(std::string("a run lost to ") + name_of(kind_) + ": " + late.what());
        }
        return false;
    }

    const Kind kind_;
    const std::chrono::seconds length_;
    const std::size_t job_count_;
    std::atomic<bool> is_away_ = false;
    std::atomic<bool> is_over_ = false;
    JobService service_;
    test_support::NodeHost host_;
    std::vector<std::unique_ptr<test_support::LiveRun>> runs_;
};

Finding finding_of(std::chrono::seconds length, std::size_t jobs, const std::vector<Outcome>& outcomes) {
    const auto bound = bound_on_requests(jobs, length);
    Outcome all;
    std::string requests;
    bool within = true;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const auto& one = outcomes[i];
        all.lost += one.lost;
        all.extra_jobs += one.extra_jobs;
        all.last_video_after = std::max(all.last_video_after, one.last_video_after);
        within = within && one.requests <= bound && one.requests > 0;
        requests += (i > 0 ? ", " : "") + std::string(name_of(kinds[i])) + " " + std::to_string(one.requests);
    }
    Finding finding;
    finding.test_case = "polls away for " + std::to_string(length.count()) + " s, " + std::to_string(jobs)
                        + " running jobs for each of four kinds";
    finding.measured = std::to_string(all.lost) + " lost, " + std::to_string(all.extra_jobs)
                       + " extra jobs; requests meanwhile: " + requests + "; all videos within "
                       + std::to_string(all.last_video_after.count() + 1) + " s of its end";
    finding.bar =
        "0 lost, 0 extra; each at most " + std::to_string(bound) + " requests (jobs x (1 + s / 15) + 164)";
    finding.met = all.lost == 0 && all.extra_jobs == 0 && within;
    return finding;
}

} // namespace

std::vector<Finding> measure_poll_outages(const Options& options) {
    const std::size_t jobs = options.is_short ? 20 : 200;
    const auto lengths = options.is_short ? std::vector{3s} : std::vector{3s, 15s, 60s, 300s};
    const std::size_t kind_count = std::size(kinds);
    std::vector<std::vector<Outcome>> outcomes(lengths.size(), std::vector<Outcome>(kind_count));
    std::atomic<std::size_t> failed = 0;
    const auto count = lengths.size() * kind_count;
    for_each("outages", count, count, [&](std::size_t i) {
        try {
            auto outage = std::make_unique<Outage>(kinds[i % kind_count], lengths[i / kind_count], jobs);
            outcomes[i / kind_count][i % kind_count] = outage->measure();
        } catch (const std::exception& trouble) {
            say(trouble.what());
            ++failed;
        }
    });
    if (failed > 0)
        throw std::runtime_error("an outage could not be measured");
    std::vector<Finding> findings;
    for (std::size_t i = 0; i < lengths.size(); ++i)
        findings.push_back(finding_of(lengths[i], jobs, outcomes[i]));
    return findings;
}

} // namespace faults
