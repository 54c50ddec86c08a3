// Row cancels: runs are cancelled at random moments, and the service takes it well or badly.
#include "job_service.hpp"
#include "node_runs.hpp"
#include "report.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
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
using test_support::Script;
using test_support::SubmitFault;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t runs_at_once = 40;
constexpr auto remote_bound = 5000ms; // what node.h allows the service's part of a cancel
constexpr auto grace = 100ms;

std::uint64_t number_of(const std::string& prompt) {
    return std::stoull(prompt.substr(prompt.rfind(' ') + 1));
}

// What the service does when it is told to cancel: of ten, six times what it should.
Reply on_cancel(std::uint64_t seed, Job& job) {
    const auto body_for = [&job](const std::string& word, const std::string& more) {
        return R"({"id": ")" + job.id + R"(", "status": ")" + word + '"' + more + "}";
    };
    const auto chance = mixed(seed, number_of(job.prompt)) % 10;
    if (chance == 0)
        return json_reply(500, "{}");
    if (chance == 1)
        return no_reply(Reply::Then::fall_silent);
    if (chance == 2 || job.state == Job::State::done) { // the job was just done
        job.state = Job::State::done;
        return json_reply(200, body_for("succeeded", R"(, "output": {"video": ")" + job.video() + "\"}"));
    }
    job.state = Job::State::cancelled;
    return chance == 3 ? no_reply(Reply::Then::reset) : json_reply(200, body_for("cancelled", ""));
}

// Before, during and after the submit.
std::chrono::microseconds moment_of(std::uint64_t seed, std::uint64_t number) {
    constexpr std::uint64_t max_us[] = {1, 2'000, 60'000, 600'000, 2'500'000};
    const auto chance = mixed(seed + 1, number);
    return std::chrono::microseconds(chance / 5 % max_us[chance % 5]);
}

struct Tally {
    std::array<std::atomic<std::size_t>, 4> outcomes{}; // by wfn::Outcome
    std::atomic<std::size_t> cancelled_there = 0;
    std::atomic<std::size_t> never_submitted = 0;
    std::atomic<std::size_t> said_to_be_unknown = 0;
    std::atomic<std::size_t> silent = 0; // a job that goes on, and nobody is told
    std::atomic<std::size_t> not_reported_once = 0;
    std::mutex mutex; // of longest
    std::chrono::milliseconds longest{0};
};

// Whether the host knows what became of the job, or that it cannot be known.
void judge(const wfn::Result& result, const JobService& service, const std::string& prompt, Tally& tally) {
    ++tally.outcomes[static_cast<std::size_t>(result.outcome)];
    const auto job = service.job_for(prompt);
    if (result.succeeded() && job && test_support::video_of(result) == job->video())
        return;
    const bool is_told = error_text(result, "charged") == "unknown";
    if (!job && result.outcome == wfn::Outcome::cancelled) {
        ++tally.never_submitted;
    } else if (job && is_told && job->state == Job::State::cancelled) {
        ++tally.cancelled_there;
    } else if (is_told && result.checkpoint) {
        ++tally.said_to_be_unknown;
    } else {
        ++tally.silent;
        say(prompt + ": " + test_support::describe(result));
    }
}

} // namespace

std::vector<Finding> measure_cancels(const Options& options) {
    const std::size_t runs = options.is_short ? 80 : 1000;
    const auto seed = options.seed;
    Script script;
    script.held = 8000ms; // longer than a cancel may wait for the submit
    script.submit = [seed](const std::string& prompt, int) {
        return mixed(seed + 2, number_of(prompt)) % 20 == 0 ? SubmitFault::held : SubmitFault::none;
    };
    script.submit_time = [seed](const std::string& prompt) {
        return std::chrono::milliseconds(mixed(seed + 3, number_of(prompt)) % 50);
    };
    script.is_done = [](const Job& job) { return job.polls > 1; };
    script.cancel = [seed](Job& job) { return on_cancel(seed, job); };
    JobService service(std::move(script));
    Tally tally;
    std::vector<std::unique_ptr<test_support::LiveRun>> live(runs);
    {
        test_support::NodeHost host;
        for_each("cancels", runs, runs_at_once, [&](std::size_t i) {
            const auto prompt = "Cancel " + std::to_string(i);
            auto spec = spec_for(service.base_url(), prompt);
            if (i % 10 == 9) // a host that is still keeping the checkpoint
                spec.on_checkpoint = [](const std::string&) { return wfn::CheckpointAnswer::later; };
            live[i] = host.start(spec);
            std::this_thread::sleep_for(moment_of(seed, i));
            const auto cancelled_at = Clock::now();
            live[i]->run().cancel();
            live[i]->result();
            const auto took =
                std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - cancelled_at);
            const std::lock_guard lock(tally.mutex);
            tally.longest = std::max(tally.longest, took);
        });
    }
    service.wait_until_settled();
    for (std::size_t i = 0; i < runs; ++i) {
        judge(live[i]->result(), service, "Cancel " + std::to_string(i), tally);
        tally.not_reported_once += live[i]->heard().completions == 1 ? 0U : 1U;
    }

    const auto count = [&](wfn::Outcome outcome) {
        return std::to_string(tally.outcomes[static_cast<std::size_t>(outcome)]);
    };
    Finding finding;
    finding.test_case = std::to_string(runs) + " runs cancelled at a random moment";
    finding.measured = count(wfn::Outcome::cancelled) + " cancelled, " + count(wfn::Outcome::succeeded)
                       + " succeeded before, " + count(wfn::Outcome::failed) + " failed, "
                       + std::to_string(tally.not_reported_once) + " not reported once; longest "
                       + std::to_string(tally.longest.count())
                       + " ms; jobs: " + std::to_string(tally.never_submitted) + " never made, "
                       + std::to_string(tally.cancelled_there) + " cancelled there, "
                       + std::to_string(tally.said_to_be_unknown) + " said to be unknown, "
                       + std::to_string(tally.silent) + " go on untold";
    finding.bar = "reported once, within 5 s + 100 ms; the job cancelled there, or its state told";
    finding.met = tally.not_reported_once == 0 && tally.silent == 0 && tally.longest <= remote_bound + grace
                  && tally.cancelled_there > 0 && tally.never_submitted > 0 && tally.said_to_be_unknown > 0;
    return {finding};
}

} // namespace faults
