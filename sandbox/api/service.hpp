#pragma once

#include "api/faults.hpp"
#include "api/routes.hpp"
#include "api/uploaded_files.hpp"
#include "http/http_message.hpp"
#include "jobs/job_store.hpp"
#include "render/render_queue.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

namespace sandbox {

struct ServiceSettings {
    std::string api_key;         // empty: any key that is not empty is accepted
    std::filesystem::path image; // served as /image; empty: none
    std::set<Model> unavailable_models;
    FaultRules faults;
    std::size_t workers = 1;
    std::size_t queue_limit = 64;
};

// The sandbox behind its HTTP server: answers requests, and keeps the jobs and the render queue in step.
// Used on the executor's one thread only.
class Service {
public:
    Service(boost::asio::any_io_executor executor, ServiceSettings settings, RenderSettings render_settings);

    // Carries out one request. Waits only as long as the client or a fault switch asks for.
    boost::asio::awaitable<Reply> handle(const Request& request, const Client& client);

    // Ends all renders. No request may be handled afterwards.
    void stop() { queue_.stop(); }

private:
    struct Counters {
        std::uint64_t submits = 0;
        std::uint64_t replays = 0;
        std::uint64_t polls = 0;
        std::uint64_t cancels = 0;
        std::uint64_t renders_started = 0;
        std::uint64_t renders_succeeded = 0;
        std::uint64_t renders_failed = 0;
        std::uint64_t renders_cancelled = 0;
    };

    boost::asio::awaitable<Reply> answer(const Request& request, const Client& client, const Route& route);
    boost::asio::awaitable<Reply> call_api(Operation operation, const Request& request, const Client& client,
                                           const Route& route);
    boost::asio::awaitable<Reply> carry_out(Operation operation, const Request& request, const Client& client,
                                            const Route& route);
    boost::asio::awaitable<Reply> poll(const Request& request, const Client& client, const std::string& id);
    boost::asio::awaitable<void> wait_until_finished(const std::string& id, std::chrono::seconds timeout);
    Reply submit(const Request& request, const Client& client);
    // The new job, or the reply that refuses it.
    std::variant<const Job*, Reply> make_job(GenerationRequest generation, std::string_view idempotency_key,
                                             std::optional<WorkflowRun> workflow_run);
    Reply submit_run(const Request& request, const Client& client);
    Reply poll_run(const Request& request, const Client& client, const Route& route);
    Reply list_runs(const Request& request, const Client& client, const Route& route) const;
    Reply cancel(const Request& request, const Client& client, const std::string& id);
    Reply list_jobs(const Request& request, const Client& client, const Route& route) const;
    Reply page_jobs(const Request& request, const Client& client) const;
    Reply keep_file(const Request& request, const Client& client);
    Reply file(const Route& route) const;
    Reply faults(const Request& request, const Client& client);
    Reply statistics() const;
    bool is_authorised(const Request& request) const;

    void on_render_event(const std::string& id, RenderEvent event);
    void announce_finished(const std::string& id);
    void remove_files(const std::string& id) const;

    boost::asio::any_io_executor executor_;
    ServiceSettings settings_;
    RenderSettings render_settings_;
    JobStore store_;
    Faults faults_;
    Counters counters_;
    UploadedFiles files_;

    // Shared with the waiting coroutines, which may be destroyed after this object.
    using Waiters = std::multimap<std::string, boost::asio::steady_timer*>;
    std::shared_ptr<Waiters> waiters_ = std::make_shared<Waiters>();

    RenderQueue queue_; // last: its threads report to the members above
};

} // namespace sandbox
