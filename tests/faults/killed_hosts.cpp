// Row killed-hosts: a host is killed at a random moment and started again, with the checkpoint that it kept.
#include "child_process.hpp"
#include "job_service.hpp"
#include "node_runs.hpp"
#include "report.hpp"
#include "test_directory.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>

namespace faults {
namespace {

using test_support::JobService;
using test_support::Script;
using test_support::SubmitFault;
using namespace std::chrono_literals;
using test_support::ChildProcess;

constexpr std::size_t hosts_at_once = 8;
constexpr std::size_t patient_hosts_at_once = 48; // most of them wait until a list of jobs tells
constexpr unsigned max_stall_us = 3000;
constexpr int killed_exit_code = 128 + SIGKILL;
constexpr auto patience = 90s;

// What the kill interrupted, in the order of a run.
constexpr std::array<const char*, 8> phases{"before the intent", "writing it", "intent kept",
                                            "submit sent",       "job made",   "writing its name",
                                            "name kept",         "run ended"};

// After which word of the host the kill comes, and how long after at most.
struct Moment {
    const char* word;
    unsigned max_us;
};
constexpr Moment moments[] = {{"loading", 15'000},
                              {"executing", 2'000},
                              {"writing intent", 2 * max_stall_us},
                              {"kept intent", 3'000},
                              {"kept intent", 10'000},
                              {"kept intent", 25'000},
                              {"writing job", 2 * max_stall_us},
                              {"kept job", 5'000},
                              {"kept job", 700'000},
                              {"ended", max_stall_us}};

struct Tally {
    std::array<std::atomic<std::size_t>, phases.size()> kills{};
    std::atomic<std::size_t> videos = 0;
    std::atomic<std::size_t> runs_with_other_than_one_job = 0;
};

class KilledRun {
public:
    KilledRun(JobService& service, std::string connection_file, const test_support::TestDirectory& directory,
              std::uint64_t seed, std::size_t number)
        : service_(service), connection_file_(std::move(connection_file)), seed_(mixed(seed, number)),
          prompt_("Kill " + std::to_string(number)),
          checkpoint_file_((directory.path() / std::to_string(number)).string()) {}

    const std::string& prompt() const { return prompt_; }

    void kill_once(Tally& tally) {
        auto host = start();
        const auto chance = mixed(seed_, ++choices_);
        const auto& moment = moments[chance % std::size(moments)];
        std::string word;
        for (auto line = host.read_line(patience); line; line = host.read_line(patience)) {
            word = *line;
            if (word == moment.word)
                break;
        }
        std::this_thread::sleep_for(std::chrono::microseconds(chance / 16 % moment.max_us));
        host.send_signal(SIGKILL);
        if (host.wait(patience) != killed_exit_code)
            return; // it was done before
        for (auto line = host.read_line(0ms); line; line = host.read_line(0ms))
            word = *line;
        ++tally.kills[phase_after(word)];
    }

    // The last line of a host that is left alone.
    std::string go_on() {
        auto host = start();
        std::string last;
        for (auto line = host.read_line(patience); line; line = host.read_line(patience))
            last = *line;
        return last;
    }

private:
    ChildProcess start() {
        return ChildProcess({DOOMED_HOST, MODULE_PATH, connection_file_, "run of " + prompt_, prompt_,
                             checkpoint_file_, std::to_string(max_stall_us),
                             std::to_string(mixed(seed_, ++choices_) % 1'000'000)});
    }

    std::size_t phase_after(const std::string& word) const {
        if (word == "writing intent")
            return 1;
        if (word == "kept intent")
            return service_.jobs_of(prompt_) > 0 ? 4 : service_.was_submitted(prompt_) ? 3 : 2;
        if (word == "writing job")
            return 5;
        if (word == "kept job")
            return 6;
        return word == "ended" || word.starts_with("video ") ? 7 : 0;
    }

    JobService& service_;
    const std::string connection_file_;
    const std::uint64_t seed_;
    const std::string prompt_;
    const std::string checkpoint_file_;
    std::uint64_t choices_ = 0;
};

Finding measure(const Options& options, Settled settled, std::size_t runs) {
    Script script;
    script.keys_honoured = settled == Settled::by_key;
    script.listed_after = 500ms;
    script.held = 12ms; // half of the jobs are made well before their reply leaves
    script.submit = [seed = options.seed](const std::string& prompt, int attempt) {
        const auto chance = mixed(seed + static_cast<std::uint64_t>(attempt), prompt.size() + prompt.back());
        return chance % 2 == 0 ? SubmitFault::held : SubmitFault::none;
    };
    script.submit_time = [seed = options.seed, nth = std::uint64_t{0}](const std::string&) mutable {
        return std::chrono::milliseconds(mixed(seed, ++nth) % 15);
    };
    JobService service(std::move(script));
    const test_support::TestDirectory directory;
    const auto connection_file =
        write_connection(directory.path(), connection_to(service.base_url(), settled));
    Tally tally;
    for_each("killed hosts", runs, settled == Settled::by_list ? patient_hosts_at_once : hosts_at_once,
             [&](std::size_t i) {
                 KilledRun run(service, connection_file, directory, options.seed, i);
                 run.kill_once(tally);
                 if (i % 4 == 0) // and what goes on after it, too
                     run.kill_once(tally);
                 const auto last = run.go_on();
                 const auto job = service.job_for(run.prompt());
                 if (job && last == "video " + job->video())
                     ++tally.videos;
                 else
                     say(run.prompt() + " ended with: " + last);
                 if (service.jobs_of(run.prompt()) != 1) {
                     ++tally.runs_with_other_than_one_job;
                     say(run.prompt() + " made " + std::to_string(service.jobs_of(run.prompt())) + " jobs");
                 }
             });
    service.wait_until_settled();

    std::size_t kills = 0;
    std::size_t least = runs;
    std::string by_phase;
    for (std::size_t i = 0; i < phases.size(); ++i) {
        const auto count = tally.kills[i].load();
        kills += count;
        least = std::min(least, count);
        by_phase += std::string(i > 0 ? ", " : "") + phases[i] + " " + std::to_string(count);
    }
    Finding finding;
    finding.test_case = std::to_string(runs) + " runs, host killed (SIGKILL) once or twice, then run again"
                        + (settled == Settled::by_list ? "; keys not honoured, jobs listed" : "");
    finding.measured = std::to_string(kills) + " kills: " + by_phase + "; " + std::to_string(service.jobs())
                       + " jobs, " + std::to_string(tally.runs_with_other_than_one_job)
                       + " runs with other than one, " + std::to_string(tally.videos) + " videos";
    finding.bar = "at least " + std::to_string(runs) + " kills"
                  + (options.is_short ? "" : ", some in each phase") + "; one job per run, every video";
    const bool is_spread = options.is_short || least > 0; // so few may leave a phase out
    finding.met = kills >= runs && is_spread && tally.runs_with_other_than_one_job == 0
                  && service.jobs() == runs && tally.videos == runs;
    return finding;
}

} // namespace

std::vector<Finding> measure_killed_hosts(const Options& options) {
    const std::size_t runs = options.is_short ? 50 : 1000;
    return {measure(options, Settled::by_key, runs), measure(options, Settled::by_list, runs)};
}

} // namespace faults
