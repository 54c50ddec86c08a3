#pragma once

#include "base/sha256.hpp"
#include "http/resolver.hpp"
#include "job/api_service.hpp"
#include "module/definitions.hpp"
#include "module/host_log.hpp"
#include "module/live_connections.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
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

    boost::asio::any_io_executor new_strand();
    Result<LiveConnection::Opened> open(LiveConnection& connection);
    LiveConnections& live_connections() noexcept { return live_connections_; }
    const Definitions& definitions() const noexcept { return *definitions_; }
    const HostLog& log() const noexcept { return log_; }

private:
    void run_thread();
    void begin_some();
    Result<LiveConnection::Opened> open_text(std::size_t node, std::string_view connection_json);
    std::shared_ptr<ApiService> service_for(const Connection& connection);
    void wake_runs_of(const std::string& service);
    std::shared_ptr<SubmitBudget> submits_of(const std::string& account);

    const HostLog log_;
    const std::shared_ptr<const Definitions> definitions_;
    const std::string user_agent_;
    const int thread_count_;
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::unique_ptr<Resolver> resolver_;
    LiveConnections live_connections_;
    std::vector<std::thread> threads_;

    std::mutex mutex_;
    std::condition_variable run_removed_;
    bool closing_ = false;
    std::vector<std::shared_ptr<Run>> runs_;
    std::deque<std::shared_ptr<Run>> to_begin_;
    bool beginning_ = false; // begin_some is posted
    std::map<std::string, std::shared_ptr<ApiService>> services_;
    std::map<std::string, std::shared_ptr<SubmitBudget>> submits_; // by account; they outlive idle services
    // What is kept of the connections of ended runs, by their node and the digest of their texts: reading one
    // again costs as much as a request.
    struct KnownConnection {
        Connection without_key;
        std::weak_ptr<ApiService> service;
    };
    std::map<std::pair<std::size_t, Sha256>, KnownConnection> known_connections_;
};

} // namespace job_engine
