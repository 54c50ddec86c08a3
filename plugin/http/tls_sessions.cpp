#include "http/tls_sessions.hpp"

#include <exception>
#include <utility>

namespace job_engine {
namespace {

// A server gives two or so with each handshake.
constexpr std::size_t max_sessions = 16;
constexpr int owner_index = 0; // the context's application data

} // namespace

void TlsSessions::collect_from(SSL_CTX* context) {
    SSL_CTX_set_ex_data(context, owner_index, this);
    // SSL_CTX_set_session_cache_mode is a macro with a C cast.
    SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL,
                 nullptr);
    SSL_CTX_sess_set_new_cb(context, [](SSL* ssl, SSL_SESSION* session) noexcept {
        auto* owner = static_cast<TlsSessions*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), owner_index));
        try {
            owner->keep(Session(session));
        } catch (const std::exception&) { // out of memory: the session was freed
        }
        return 1; // it is ours now
    });
}

void TlsSessions::offer(SSL* ssl) {
    const std::lock_guard lock(mutex_);
    if (sessions_.empty())
        return;
    auto session = std::move(sessions_.back());
    sessions_.pop_back();
    SSL_set_session(ssl, session.get());
    if (SSL_SESSION_get_protocol_version(session.get()) < TLS1_3_VERSION)
        sessions_.push_back(std::move(session));
}

void TlsSessions::keep(Session session) {
    if (SSL_SESSION_is_resumable(session.get()) != 1)
        return;
    const std::lock_guard lock(mutex_);
    if (sessions_.size() >= max_sessions)
        sessions_.erase(sessions_.begin());
    sessions_.push_back(std::move(session));
}

} // namespace job_engine
