// Row repeated-runs: the host starts a run again that still runs elsewhere.
#include "child_process.hpp"
#include "job_service.hpp"
#include "node_runs.hpp"
#include "report.hpp"
#include "test_directory.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

namespace faults {
namespace {

using test_support::JobService;
using test_support::Script;
using namespace std::chrono_literals;
using test_support::ChildProcess;

constexpr std::size_t pairs_at_once = 6;
constexpr auto patience = 90s;

struct Tally {
    std::atomic<std::size_t> one_job_and_video = 0;
    std::atomic<std::size_t> at_once = 0; // the second began before the first had ended
};

// Before, during or after the first one's submit.
std::chrono::microseconds head_start(std::uint64_t seed, std::size_t number) {
    constexpr std::uint64_t max_us[] = {2'000, 30'000, 500'000};
    const auto chance = mixed(seed, number);
    return std::chrono::microseconds(chance / 4 % max_us[chance % 3]);
}

bool is_one(const JobService& service, const std::string& prompt, const std::string& first,
            const std::string& second) {
    const auto job = service.job_for(prompt);
    if (job && service.jobs_of(prompt) == 1 && first == job->video() && second == first)
        return true;
    say(prompt + " made " + std::to_string(service.jobs_of(prompt)) + " jobs; " + first + "; " + second);
    return false;
}

std::string video_or_error(const wfn::Result& result) {
    return result.succeeded() ? test_support::video_of(result) : test_support::describe(result);
}

// Every second time the other session is given the checkpoint that the first has kept so far.
void in_two_sessions(JobService& service, const Options& options, std::size_t number, Tally& tally) {
    const auto prompt = "Session " + std::to_string(number);
    auto spec = spec_for(service.base_url(), prompt);
    spec.connection["idempotent_submit"] = true;
    test_support::NodeHost first_host;
    test_support::NodeHost second_host;
    const auto first = first_host.start(spec);
    std::this_thread::sleep_for(head_start(options.seed, number));
    if (const auto checkpoints = first->heard().checkpoints; number % 2 == 0 && !checkpoints.empty())
        spec.checkpoint = checkpoints.back();
    const auto second = second_host.start(spec);
    tally.at_once += first->heard().completions == 0 ? 1U : 0U;
    const bool is_right =
        is_one(service, prompt, video_or_error(first->result()), video_or_error(second->result()));
    tally.one_job_and_video += is_right ? 1U : 0U;
}

std::string last_line_of(ChildProcess& host) {
    std::string last;
    for (auto line = host.read_line(patience); line; line = host.read_line(patience))
        last = *line;
    return last.starts_with("video ") ? last.substr(6) : last;
}

void in_two_processes(JobService& service, const test_support::TestDirectory& directory,
                      const Options& options, std::size_t number, Tally& tally) {
    const auto prompt = "Process " + std::to_string(number);
    const auto connection_file = (directory.path() / "connection.json").string(); // of all
    const auto start = [&](const std::string& name) {
        return ChildProcess({DOOMED_HOST, MODULE_PATH, connection_file, "run of " + prompt, prompt,
                             (directory.path() / (prompt + name)).string(), "0", "1"});
    };
    auto first = start("first");
    std::this_thread::sleep_for(head_start(options.seed, number));
    auto second = start("second");
    tally.at_once += first.wait(0ms) ? 0U : 1U;
    const auto first_video = last_line_of(first);
    const bool is_right = is_one(service, prompt, first_video, last_line_of(second));
    tally.one_job_and_video += is_right ? 1U : 0U;
}

Finding finding_of(const std::string& where, std::size_t pairs, const JobService& service,
                   const Tally& tally) {
    Finding finding;
    finding.test_case = std::to_string(pairs) + " runs repeated while they run, " + where;
    finding.measured = std::to_string(service.jobs()) + " jobs, " + std::to_string(tally.one_job_and_video)
                       + " pairs with one job and the same video; " + std::to_string(tally.at_once)
                       + " at once with the first; " + std::to_string(service.submits()) + " submits";
    finding.bar = "one job and the same video for both of each pair";
    finding.met = service.jobs() == pairs && tally.one_job_and_video == pairs && tally.at_once > pairs / 2;
    return finding;
}

Script slow_submits(std::uint64_t seed) {
    Script script;
    script.submit_time = [seed, nth = std::uint64_t{0}](const std::string&) mutable {
        return std::chrono::milliseconds(mixed(seed, ++nth) % 20);
    };
    return script;
}

} // namespace

std::vector<Finding> measure_repeated_runs(const Options& options) {
    const std::size_t pairs = options.is_short ? 20 : 300;
    std::vector<Finding> findings;
    {
        JobService service(slow_submits(options.seed));
        Tally tally;
        for_each("repeated in two sessions", pairs, pairs_at_once,
                 [&](std::size_t i) { in_two_sessions(service, options, i, tally); });
        findings.push_back(finding_of("in two sessions", pairs, service, tally));
    }
    {
        JobService service(slow_submits(options.seed));
        const test_support::TestDirectory directory;
        Tally tally;
        write_connection(directory.path(), connection_to(service.base_url(), Settled::by_key));
        for_each("repeated in two processes", pairs, pairs_at_once,
                 [&](std::size_t i) { in_two_processes(service, directory, options, i, tally); });
        findings.push_back(finding_of("in two processes", pairs, service, tally));
    }
    return findings;
}

} // namespace faults
