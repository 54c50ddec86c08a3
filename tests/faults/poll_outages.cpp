// Row poll-outages: the service is away while jobs run.
#include "connection_attempts.hpp"
#include "job_service.hpp"
#include "node_runs.hpp"
#include "report.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iomanip>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace faults {
namespace {

using test_support::Job;
using test_support::JobService;
using test_support::json_reply;
using test_support::no_reply;
using test_support::Reply;
using test_support::Request;
using test_support::Script;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

enum class Kind { unavailable, reset, refused, black_hole };
constexpr Kind kinds[] = {Kind::unavailable, Kind::reset, Kind::refused, Kind::black_hole};

constexpr int request_timeout_ms = 10'000;
constexpr auto look_interval = 20ms;
// After the outage, before a run is given up as lost.
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

// The time in which an outage is noticed: what was asked before is still under way, and a black hole is known
// by its silence only.
constexpr auto start_up = 8s;
constexpr double max_requests_a_second = 2.0;
constexpr auto max_time_until_known = 5'000ms;

// Until it is noticed: one poll of each job that meets the outage, the 100 repeats that the connection's
// budget has, and 64 more, because a poll on a kept connection that has died is sent once again on a new one.
std::size_t bound_on_requests(std::size_t jobs, std::chrono::seconds outage) {
    return jobs + 100 + 64 + 2 * static_cast<std::size_t>(outage.count());
}

struct Outcome {
    std::size_t lost = 0;
    std::size_t extra_jobs = 0;
    std::size_t requests = 0;
    double requests_a_second = 0;                  // once the outage is noticed
    std::chrono::milliseconds last_video_after{0}; // the end of the outage
};

// One service that goes away, and its runs.
class Outage {
public:
    Outage(Kind kind, std::chrono::seconds length, std::size_t jobs)
        : kind_(kind), length_(length), job_count_(jobs), service_(script()) {}

    Outcome measure() {
        start_runs();
        wait_until_all_run();
        const auto before = requests();
        begin();
        std::this_thread::sleep_for(std::min<std::chrono::seconds>(length_, start_up));
        const auto noticed = requests();
        const auto noticed_at = Clock::now();
        if (length_ > start_up)
            std::this_thread::sleep_for(length_ - start_up);
        Outcome outcome;
        outcome.requests = requests() - before;
        if (length_ > start_up)
            outcome.requests_a_second = static_cast<double>(requests() - noticed)
                                        / std::chrono::duration<double>(Clock::now() - noticed_at).count();
        end();
        const auto ended = Clock::now();
        for (auto& run : runs_)
            outcome.lost += has_its_video(*run) ? 0U : 1U;
        outcome.last_video_after =
            std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - ended);
        outcome.extra_jobs = service_.jobs() - job_count_;
        return outcome;
    }

private:
    // What never reaches the service is counted where it begins.
    std::size_t requests() {
        return kind_ == Kind::refused ? connection_attempts(service_.server().port()) : service_.requests();
    }
    Script script() {
        Script script;
        script.is_done = [this](const Job&) { return is_over_.load(); };
        script.instead = [this](const Request& request) -> std::optional<Reply> {
            if (!is_away_ || request.method != "GET")
                return std::nullopt;
            if (kind_ == Kind::unavailable)
                return json_reply(503, "{}");
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

std::string text_of(double number) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(1) << number;
    return text.str();
}

Finding finding_of(std::chrono::seconds length, std::size_t jobs, const std::vector<Outcome>& outcomes) {
    const auto bound = bound_on_requests(jobs, length);
    const bool is_noticed = length > start_up;
    std::size_t lost = 0;
    std::size_t extra_jobs = 0;
    std::string figures;
    bool within = true;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const auto& one = outcomes[i];
        lost += one.lost;
        extra_jobs += one.extra_jobs;
        within = within && one.requests <= bound && one.requests > 0
                 && one.requests_a_second <= max_requests_a_second
                 && one.last_video_after <= max_time_until_known;
        figures += "; " + std::string(name_of(kinds[i])) + " " + std::to_string(one.requests) + " requests"
                   + (is_noticed ? ", " + text_of(one.requests_a_second) + "/s once noticed" : "")
                   + ", all known " + text_of(static_cast<double>(one.last_video_after.count()) / 1000)
                   + " s after its end";
    }
    Finding finding;
    finding.test_case = "polls away for " + std::to_string(length.count()) + " s, " + std::to_string(jobs)
                        + " running jobs for each of four kinds";
    finding.measured =
        std::to_string(lost) + " lost, " + std::to_string(extra_jobs) + " extra jobs" + figures;
    finding.bar =
        "0 lost, 0 extra; each at most " + std::to_string(bound) + " requests (jobs + 164 + 2/s), 2/s after "
        + std::to_string(std::chrono::seconds(start_up).count()) + " s, all known 5 s after its end";
    finding.met = lost == 0 && extra_jobs == 0 && within;
    return finding;
}

} // namespace

std::vector<Finding> measure_poll_outages(const Options& options) {
    const std::size_t jobs = options.is_short ? 20 : 200;
    const auto lengths = options.is_short ? std::vector{3s, 15s} : std::vector{3s, 15s, 60s, 300s};
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
