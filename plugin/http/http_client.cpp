#include "http/http_client.hpp"

#include <utility>

namespace job_engine {

HttpClient::HttpClient(boost::asio::io_context& io, Resolver& resolver, std::size_t max_connections,
                       std::string user_agent)
    : io_(io), resolver_(resolver), user_agent_(std::move(user_agent)),
      pool_(std::make_shared<ConnectionPool>(io, max_connections)) {}

HttpClient::~HttpClient() {
    pool_->close_idle();
}

} // namespace job_engine
