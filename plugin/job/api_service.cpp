#include "job/api_service.hpp"

#include "base/sha256.hpp"

namespace job_engine {

std::string account_key(const Connection& connection) {
    return (connection.origin.tls ? "https://" : "http://") + connection.origin.authority() + "\n"
           + sha256_hex(connection.authorization.view()) + "\n" + connection.binding->authorization_header
           + "\n";
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
