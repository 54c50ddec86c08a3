#pragma once

#include "job/job_driver.hpp"
#include "module/monitor.hpp"
#include "module/run_request.hpp"
#include "module/run_result.hpp"

#include <workflow_node/node.h>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace job_engine {

class Session;

// One execution: its callbacks, its completion exactly once, its result. The functions for the host are
// thread-safe and never call it; everything else happens on the run's strand.
class Run final : public std::enable_shared_from_this<Run>, private JobListener {

public:
    // node: its index in the module.
    Run(std::shared_ptr<Session> session, std::size_t node, const wfn_request& request);

    // What the host knows the run by; set before begin.
    void set_handle(wfn_run* handle) noexcept { handle_ = handle; }
    // Where the session lists it; the session's alone.
    std::size_t place_in_session() const noexcept { return place_in_session_; }
    void set_place_in_session(std::size_t place) noexcept {
        place_in_session_ = static_cast<std::uint32_t>(place);
    }

    // Begins it on its strand; at once when that is free.
    void begin();

    void cancel();
    void suspend();
    wfn_status checkpoint_saved(bool kept);
    wfn_status attach(const wfn_attachment& attachment);
    // Whether the run is over and its last callback has returned, after at most this time; negative: no
    // limit.
    bool wait(Millis timeout);
    const wfn_result* result();

    void service_is_back(const std::shared_ptr<const ApiService>& service, Millis within);
    // For the session's last resort at close: ends a run that does not end by itself.
    void force_end();

    // The run inside whose callback the caller is, when the host knows it by this handle: it stays valid
    // there although the host has released it.
    static std::shared_ptr<Run> in_callback(const wfn_run* handle);

private:
    void begin_guarded();
    void keep_given_checkpoint();
    void begin_checked(RunRequest::Owner request);
    void fail(Error error);
    template <class Call>
    void call_host(const char* name, Call call);
    void on_progress(const Progress& progress, const std::string& job_id) override;
    void on_checkpoint(const Checkpoint& checkpoint) override;
    void on_attachment(const AttachmentRequest& request) override;
    void on_warning(const Warning& warning) override;
    void on_outcome(Outcome outcome) override;
    bool traces() const noexcept override;
    void on_trace(const std::string& line) noexcept override;
    void complete(std::unique_ptr<RunResult> whole) noexcept;
    void add_given_checkpoint(Outcome& outcome) const;
    void log(wfn_log_level level, std::string_view message) const noexcept;
    template <class Function>
    void with_strand(Function function);
    template <class Function>
    void post(Function function);

    // A callback of the host's; none once the run is over.
    struct Callbacks {
        void* user_data;
        void (*on_progress)(void*, wfn_run*, const wfn_progress*);
        void (*on_checkpoint)(void*, wfn_run*, const wfn_checkpoint*);
        void (*on_attachment)(void*, wfn_run*, const wfn_attachment_request*);
        void (*on_complete)(void*, wfn_run*, const wfn_result*);
    };

    const TimePoint started_at_ = std::chrono::steady_clock::now();
    const std::uint32_t node_;
    std::uint32_t place_in_session_ = 0;
    const Callbacks callbacks_;
    wfn_run* handle_ = nullptr;
    std::string run_key_; // the host's, or a random one once the run has begun

    // Only the strand's.
    RunRequest::Owner request_;                           // until the run has begun
    std::unique_ptr<const std::string> given_checkpoint_; // until the flow has taken it over
    std::shared_ptr<JobDriver> driver_;
    std::unique_ptr<std::vector<Warning>> warnings_; // nullptr: none, as in most runs
    EarlyEnd early_end_ = EarlyEnd::none;            // what was asked of it before it has begun
    const bool has_run_key_;

    // Under the monitor's lock.
    bool checkpoint_pending_ = false;
    std::uint64_t awaited_file_bytes_ = 0; // the most that the host may give; 0: no file is waited for
    bool over_ = false;                    // on_complete has returned
    std::shared_ptr<Session> session_;     // until the run is over
    std::shared_ptr<const boost::asio::any_io_executor> strand_; // until the run is over
    std::unique_ptr<RunResult> result_;                          // set once, then unchanged

    const std::shared_ptr<Monitor> monitor_;
};

} // namespace job_engine
