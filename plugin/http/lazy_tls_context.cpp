#include "http/lazy_tls_context.hpp"

namespace job_engine {

SSL_CTX* LazyTlsContext::get(const std::string& ca_file, std::string& failure) {
    const std::lock_guard lock(mutex_);
    if (context_ == nullptr) {
        context_ = make_tls_context(ca_file, authorities_, failure);
        if (context_ != nullptr && sessions_ != nullptr)
            sessions_->collect_from(context_.get());
    }
    return context_.get();
}

} // namespace job_engine
