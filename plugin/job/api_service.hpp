#pragma once

#include "api/connection.hpp"
#include "base/fair_semaphore.hpp"
#include "http/http_client.hpp"
#include "job/file_turns.hpp"
#include "job/service_state.hpp"
#include "media/media_probe.hpp"
#include "upload/file_hand_over.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>

namespace job_engine {

// What all runs with the same connection share: sockets, the checks of media inputs, what is known of the
// service, and the limit of running jobs. Thread-safe.
struct ApiService : std::enable_shared_from_this<ApiService> {
    // Called on any thread when the API answers again after an outage.
    using OnReturn = std::function<void(const std::shared_ptr<const ApiService>&)>;

    // The submits are counted for the account, which may have services for several connections; the files in
    // memory also for the session.
    ApiService(boost::asio::io_context& io, Resolver& resolver, FairSemaphore& turns_of_session,
               const Connection& connection, const std::string& user_agent,
               std::shared_ptr<SubmitBudget> counted, OnReturn on_return);

    HttpClient client;
    MediaProbe media_probe;
    FairSemaphore own_file_turns{max_files_of_service};
    const FileTurns file_turns;
    FileHandOver file_hand_over;
    ServiceState state;
    FairSemaphore slots; // for running jobs
};

// Equal for connections that spend the same account's credits, whatever else is different. Holds a digest of
// the key instead of the key.
std::string account_key(const Connection& connection);

// Equal for connections that may share a service. max_submits_per_hour is no part of it, and the count is the
// account's: else a connection with another limit, or another of any setting, would begin a count of its own
// and two of them could spend twice.
std::string service_key(const Connection& connection);

} // namespace job_engine
