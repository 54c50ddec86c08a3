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

SSL_CTX* HttpClient::tls_context(const std::string& ca_file, std::string& failure) {
    const std::lock_guard lock(tls_mutex_);
    if (tls_context_ == nullptr) {
        tls_context_ = make_tls_context(ca_file, Authorities::file_or_system, failure);
        if (tls_context_ != nullptr)
            tls_sessions_.collect_from(tls_context_.get());
    }
    return tls_context_.get();
}

} // namespace job_engine
