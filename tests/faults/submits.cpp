// Rows submits-with-keys, submits-listed and submits-without-keys: three of ten submits go wrong.
#include "job_service.hpp"
#include "node_runs.hpp"
#include "report.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <string>

namespace faults {
namespace {

using test_support::Job;
using test_support::JobService;
using test_support::Script;
using test_support::SubmitFault;
constexpr std::size_t some_at_once = 100;
constexpr auto patience = std::chrono::minutes(5);
constexpr int request_timeout_ms = 1000;
constexpr int max_connections = 1000; // else the held ones keep the others from being sent in time

constexpr SubmitFault kinds[] = {SubmitFault::dropped_before, SubmitFault::dropped_after,
                                 SubmitFault::bad_gateway, SubmitFault::held, SubmitFault::held_and_late};

// Of every ten first submits three are faulty, and of the repeats the same share by chance; but nobody is
// failed more than three times.
SubmitFault fault_of(std::uint64_t seed, const std::string& prompt, int attempt) {
    const auto number = std::stoull(prompt.substr(prompt.rfind(' ') + 1));
    const auto chance = mixed(seed + static_cast<std::uint64_t>(attempt), number);
    const bool is_faulty = attempt == 0 ? (number * 7 + seed) % 10 < 3 : attempt < 3 && chance % 10 < 3;
    return is_faulty ? kinds[chance / 10 % std::size(kinds)] : SubmitFault::none;
}

struct Tally {
    std::atomic<std::size_t> videos = 0;
    std::atomic<std::size_t> wrong_videos = 0;
    std::atomic<std::size_t> unknown = 0; // Submission Unknown, charged: unknown
    std::atomic<std::size_t> other_errors = 0;
    std::atomic<std::size_t> silent = 0; // neither a video nor an error
};

void count(const wfn::Result& result, const std::string& true_video, Tally& tally) {
    const auto video = test_support::video_of(result);
    if (!video.empty())
        ++(video == true_video ? tally.videos : tally.wrong_videos);
    else if (!result.error)
        ++tally.silent;
    else if (result.error->code == "submission_unknown" && error_text(result, "charged") == "unknown")
        ++tally.unknown;
    else if (tally.other_errors++ == 0)
        say("one of the other errors: " + test_support::describe(result));
}

std::string faults_of(const JobService& service) {
    return "faults: " + std::to_string(service.faults(SubmitFault::dropped_before))
           + " dropped before the job, " + std::to_string(service.faults(SubmitFault::dropped_after))
           + " after, " + std::to_string(service.faults(SubmitFault::bad_gateway)) + " 502, "
           + std::to_string(service.faults(SubmitFault::held)) + " held, "
           + std::to_string(service.faults(SubmitFault::held_and_late)) + " held and made late";
}

constexpr const char* name_of(Settled settled) {
    return settled == Settled::by_key    ? "keys honoured"
           : settled == Settled::by_list ? "keys not honoured, jobs listed within 1 s"
                                         : "keys not honoured";
}

Finding measure(const Options& options, Settled settled, std::size_t runs, std::size_t runs_at_once) {
    Script script;
    script.keys_honoured = settled == Settled::by_key;
    script.listed_after = std::chrono::seconds(1);
    script.submit = [seed = options.seed](const std::string& prompt, int attempt) {
        return fault_of(seed, prompt, attempt);
    };
    script.is_done = [](const Job& job) { return job.polls > static_cast<int>(job.id.size() % 2); };
    JobService service(std::move(script));
    test_support::NodeHost host;
    Tally tally;
    for_each(std::string("submits, ") + name_of(settled), runs, runs_at_once, [&](std::size_t i) {
        const auto prompt = "Run " + std::to_string(i);
        auto spec = spec_for(service.base_url(), prompt);
        spec.connection = connection_to(service.base_url(), settled);
        spec.connection["request_timeout_ms"] = request_timeout_ms;
        spec.connection["max_connections"] = max_connections;
        spec.timeout = patience;
        const auto result = host.start(spec)->result(patience);
        const auto job = service.job_for(prompt);
        count(result, job ? job->video() : std::string(), tally);
    });
    service.wait_until_settled();

    Finding finding;
    const auto many = std::to_string(runs);
    finding.test_case = many + " runs, " + (runs_at_once < runs ? std::to_string(runs_at_once) : "all")
                        + " at once on 1000 connections, 30 % faulty submits, " + name_of(settled);
    finding.measured = std::to_string(service.jobs()) + " jobs (at most "
                       + std::to_string(service.max_jobs_of_a_prompt()) + " of a run), "
                       + std::to_string(tally.videos) + " videos, " + std::to_string(tally.unknown)
                       + " Submission Unknown, " + std::to_string(tally.other_errors) + " other errors, "
                       + std::to_string(tally.wrong_videos) + " wrong videos, " + std::to_string(tally.silent)
                       + " silent; " + std::to_string(service.submits()) + " submits; " + faults_of(service);
    const bool once = service.jobs() <= runs && service.max_jobs_of_a_prompt() <= 1;
    const bool true_to_word = tally.wrong_videos == 0 && tally.silent == 0 && tally.other_errors == 0;
    if (settled != Settled::never) {
        finding.bar = many + " jobs, " + many + " videos, 0 errors";
        finding.met = once && true_to_word && service.jobs() == runs && tally.videos == runs;
    } else {
        finding.bar = "at most " + many
                      + " jobs, 1 of a run; without a video: Submission Unknown, charged unknown;"
                      + " 0 silent losses";
        finding.met = once && true_to_word && tally.videos + tally.unknown == runs && tally.videos > 0
                      && tally.unknown > 0;
    }
    return finding;
}

} // namespace

std::vector<Finding> measure_submits_with_keys(const Options& options) {
    if (options.is_short)
        return {measure(options, Settled::by_key, 100, some_at_once)};
    // All at once use up the connection's budget of retries.
    return {measure(options, Settled::by_key, 1000, some_at_once),
            measure(options, Settled::by_key, 1000, 1000)};
}

std::vector<Finding> measure_submits_listed(const Options& options) {
    return {measure(options, Settled::by_list, options.is_short ? 100 : 1000, some_at_once)};
}

std::vector<Finding> measure_submits_without_keys(const Options& options) {
    return {measure(options, Settled::never, options.is_short ? 100 : 1000, some_at_once)};
}

} // namespace faults
