#pragma once

#include "connection.hpp"
#include "fair_semaphore.hpp"
#include "http_client.hpp"
#include "image_probe.hpp"
#include "job_durations.hpp"
#include "retry.hpp"

#include <boost/asio/io_context.hpp>

#include <string>
#include <utility>

namespace pixelml {

// What all runs with the same connection share: sockets, the looks at images, the brake after a 429, the
// retry budget, and the limit of running jobs. Thread-safe.
struct ApiService {
    ApiService(boost::asio::io_context& io, Resolver& resolver, const Connection& connection,
               std::string user_agent)
        : client(io, resolver, connection.max_connections, user_agent),
          image_probe(io, resolver, std::move(user_agent)), slots(connection.max_running) {}

    HttpClient client;
    ImageProbe image_probe;
    Traffic traffic;
    KnownDurations durations;
    FairSemaphore slots; // for running jobs
};

// Equal for connections that may share a service. Holds a digest of the key instead of the key.
std::string service_key(const Connection& connection);

} // namespace pixelml
