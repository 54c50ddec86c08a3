#pragma once

#include "api/connection.hpp"
#include "base/fair_semaphore.hpp"
#include "http/http_client.hpp"
#include "job/retry.hpp"
#include "job/submit_budget.hpp"
#include "media/media_probe.hpp"
#include "polling/job_durations.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace job_engine {

// What all runs with the same connection share: sockets, the checks of media inputs, the brake after a 429,
// the retry budget, and the limit of running jobs. Thread-safe.
struct ApiService : std::enable_shared_from_this<ApiService> {
    // Called on any thread when the API answers again after an outage.
    using OnReturn = std::function<void(const std::shared_ptr<const ApiService>&)>;

    // The submits are counted for the account, which may have services for several connections.
    ApiService(boost::asio::io_context& io, Resolver& resolver, const Connection& connection,
               std::string user_agent, std::shared_ptr<SubmitBudget> counted, OnReturn on_return)
        : client(io, resolver, connection.max_connections, user_agent),
          media_probe(io, resolver, std::move(user_agent)), throttle([this, told = std::move(on_return)] {
              if (const auto self = weak_from_this().lock())
                  told(self);
          }),
          slots(connection.max_running), submits(std::move(counted)) {}

    HttpClient client;
    MediaProbe media_probe;
    Throttle throttle;
    KnownDurations durations;
    FairSemaphore slots; // for running jobs
    const std::shared_ptr<SubmitBudget> submits;
};

// Equal for connections that spend the same account's credits, whatever else is different. Holds a digest of
// the key instead of the key.
std::string account_key(const Connection& connection);

// Equal for connections that may share a service. max_submits_per_hour is no part of it, and the count is the
// account's: else a connection with another limit, or another of any setting, would begin a count of its own
// and two of them could spend twice.
std::string service_key(const Connection& connection);

} // namespace job_engine
