#pragma once

#include <workflow_node/host.hpp>

#include <boost/json/object.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace test_support {

// Longer than anything takes on a noisy machine under a sanitizer.
inline constexpr std::chrono::milliseconds long_enough{60'000};

struct LogLine {
    wfn::LogLevel level;
    std::string text;
};

// What is asked of one run. The members of wfn::Request that are not here keep their defaults.
struct RunSpec {
    boost::json::object input;
    boost::json::object connection;
    std::string run_key;
    std::string checkpoint;
    std::string traceparent;
    std::chrono::milliseconds timeout = long_enough;
    bool cancel_job_at_deadline = false;
    bool validate_only = false;
    bool collect_only = false;
    bool dry_run = false;
    wfn::Suspend suspend = wfn::Suspend::never;
    std::chrono::milliseconds suspend_after{0};
    // Answers a checkpoint; empty: keeps it.
    std::function<wfn::CheckpointAnswer(const std::string&)> on_checkpoint;
    std::chrono::milliseconds checkpoint_timeout{0};
    bool keeps_checkpoints = true; // false: the run is given no on_checkpoint at all
};

// The text of a result's checkpoint; empty: there is none.
inline std::string checkpoint_of(const wfn::Result& result) {
    return result.checkpoint ? result.checkpoint->json : std::string();
}

// A run and all that it said. May be used by any thread; destroying it cancels the run and waits.
class LiveRun {
public:
    struct Heard {
        std::vector<wfn::Progress> progress;
        std::vector<std::string> checkpoints;
        int completions = 0;
    };

    wfn::Run& run() { return *run_; }

    // How it ended; throws std::runtime_error when it does not in time.
    wfn::Result result(std::chrono::milliseconds timeout = long_enough);

    Heard heard() const;
    // False: the run never said it in time.
    bool wait_for_progress(const std::function<bool(const wfn::Progress&)>& wanted,
                           std::chrono::milliseconds timeout = long_enough) const;

private:
    friend class NodeHost;

    struct Record {
        std::mutex mutex;
        std::condition_variable changed;
        Heard heard;
    };

    std::shared_ptr<Record> record_ = std::make_shared<Record>();
    std::optional<wfn::Run> run_; // after the record, so that it ends first
};

// The built module, loaded with dlopen, and one session. May be used by any thread.
class NodeHost {
public:
    explicit NodeHost(const std::string& settings_json = {}, wfn::LogLevel log_level = wfn::LogLevel::debug);

    const wfn::Module& module() const { return module_; }
    const wfn::Node& node() const { return node_; }

    std::unique_ptr<LiveRun> start(const RunSpec& spec);
    wfn::Result run(const RunSpec& spec) { return start(spec)->result(); }

    std::vector<LogLine> log() const;

private:
    struct Log {
        std::mutex mutex;
        std::vector<LogLine> lines;
    };

    std::shared_ptr<Log> log_ = std::make_shared<Log>();
    wfn::Module module_;
    wfn::Node node_;
    wfn::Session session_;
};

// The error of a result as JSON; an empty object where there is none.
boost::json::object error_json(const wfn::Result& result);
// The output's video; empty where there is none.
std::string video_of(const wfn::Result& result);
// For failure messages: the outcome with its error or output.
std::string describe(const wfn::Result& result);

} // namespace test_support
