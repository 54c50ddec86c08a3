#include "job/api_service.hpp"

#include "base/sha256.hpp"

#include <utility>

namespace job_engine {

ApiService::ApiService(boost::asio::io_context& io, Resolver& resolver, FairSemaphore& turns_of_session,
                       const Connection& connection, const std::string& user_agent,
                       std::shared_ptr<SubmitBudget> counted, OnReturn on_return)
    : client(io, resolver, connection.max_connections, user_agent),
      media_probe(io, resolver, user_agent), file_turns{own_file_turns, turns_of_session},
      file_hand_over(io, resolver, user_agent), state(
                                                    [this, told = std::move(on_return)] {
                                                        if (const auto self = weak_from_this().lock())
                                                            told(self);
                                                    },
                                                    std::move(counted)),
      slots(connection.max_running) {}

std::string account_key(const Connection& connection) {
    return connection.origin.text() + "\n" + sha256_hex(connection.api_key.view()) + "\n"
           + connection.binding->authorization_header + "\n";
}

std::string service_key(const Connection& connection) {
    auto key = account_key(connection) + connection.ca_file + "\n"
               + std::to_string(connection.max_connections) + "\n" + std::to_string(connection.max_running)
               + "\n";
    if (connection.proxy)
        key +=
            connection.proxy->origin.authority() + "\n" + sha256_hex(connection.proxy->authorization.view());
    return key;
}

} // namespace job_engine
