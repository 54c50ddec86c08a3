#pragma once

#include "module/accounts.hpp"
#include "module/definitions.hpp"
#include "module/host_log.hpp"
#include "module/monitor.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace job_engine {

class Run;

// What wfn_module.open takes, checked.
struct SessionSettings {
    int threads = 1;
};
Result<SessionSettings> read_settings(const char* settings_json, const Schema& schema);

// The executor threads, the services they reach, and the live runs. Thread-safe.
class Session {
public:
    Session(const wfn_host& host, std::shared_ptr<const Definitions> definitions, SessionSettings settings);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    // Lists the run as live, to begin in its turn. false: the session is closing and takes no more runs.
    bool start(const std::shared_ptr<Run>& run);
    void remove(const std::shared_ptr<Run>& run);

    // Suspends the live runs, waits for them, joins the threads. Not on one of the session's threads. false:
    // it is being closed already.
    bool close();

    // Whether the caller is inside a callback: on a thread of this or another session.
    static bool owns_this_thread() noexcept;

    std::shared_ptr<const boost::asio::any_io_executor> new_strand();
    std::shared_ptr<Monitor> new_monitor();
    Accounts& accounts() noexcept { return accounts_; }
    const Definitions& definitions() const noexcept { return *definitions_; }
    const HostLog& log() const noexcept { return log_; }

private:
    void run_thread();
    void begin_some();
    void wake_runs_of(const std::shared_ptr<const ApiService>& service);

    const HostLog log_;
    const std::shared_ptr<const Definitions> definitions_;
    const int thread_count_;
    boost::asio::io_context io_;
    const std::shared_ptr<const boost::asio::any_io_executor>
        only_strand_; // where there is one thread: that is one
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    Accounts accounts_;
    std::vector<std::thread> threads_;

    using Monitors = std::array<Monitor, 64>;
    const std::shared_ptr<Monitors> monitors_ = std::make_shared<Monitors>();
    std::atomic<std::size_t> monitors_given_ = 0;

    std::mutex mutex_;
    std::condition_variable run_removed_;
    bool closing_ = false;
    std::vector<std::shared_ptr<Run>> runs_;
    std::deque<std::shared_ptr<Run>> to_begin_;
    bool beginning_ = false; // begin_some is posted
};

} // namespace job_engine
