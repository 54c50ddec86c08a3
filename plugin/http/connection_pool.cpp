#include "http/connection_pool.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace job_engine {
namespace {

using namespace std::chrono_literals;

// Shorter than what servers and load balancers commonly allow (60 s), so that we close first.
constexpr auto max_idle = 30s;
// A request that may not be repeated avoids the race with a server that closes an idle connection.
constexpr auto max_idle_for_fresh = 1s;

} // namespace

ConnectionPool::ConnectionPool(boost::asio::io_context& io, std::size_t most)
    : most_(most), places_(most), sweep_timer_(io) {}

ConnectionPool::Place::~Place() {
    try {
        release();
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): out of memory, see ~Permit
    }
}

std::unique_ptr<HttpConnection> ConnectionPool::Place::take(bool needs_fresh) {
    taken_ = true;
    return pool_->take(needs_fresh);
}

void ConnectionPool::Place::release(std::unique_ptr<HttpConnection> connection) {
    if (std::exchange(taken_, false))
        pool_->give_back(std::move(connection));
    permit_.release();
}

void ConnectionPool::request(FairSemaphore::Granted granted, Place& place) {
    place.pool_ = this;
    places_.request(std::move(granted), place.permit_);
}

std::unique_ptr<HttpConnection> ConnectionPool::take(bool needs_fresh) {
    const std::lock_guard lock(mutex_);
    auto connection = idle_connection(needs_fresh);
    // Who holds a place and no connection yet is not counted among the sockets, so one idle socket may have
    // to make room for the one that is to be opened.
    ++in_use_;
    if (connection == nullptr && in_use_ + idle_.size() > most_ && !idle_.empty())
        idle_.erase(idle_.begin());
    return connection;
}

void ConnectionPool::give_back(std::unique_ptr<HttpConnection> connection) {
    const std::lock_guard lock(mutex_);
    --in_use_;
    if (connection == nullptr)
        return;
    connection->idle_since = std::chrono::steady_clock::now();
    connection->reused = true;
    idle_.push_back(std::move(connection));
    schedule_sweep();
}

void ConnectionPool::close_idle() {
    const std::lock_guard lock(mutex_);
    idle_.clear();
    sweep_timer_.cancel();
}

std::unique_ptr<HttpConnection> ConnectionPool::idle_connection(bool needs_fresh) {
    const auto longest = needs_fresh ? std::chrono::steady_clock::duration(max_idle_for_fresh) : max_idle;
    const auto now = std::chrono::steady_clock::now();
    while (!idle_.empty() && now - idle_.back()->idle_since <= longest) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        // However short it was idle: what is left on it would pass for the next reply.
        if (connection->is_quiet())
            return connection;
    }
    return nullptr;
}

void ConnectionPool::schedule_sweep() {
    if (sweep_scheduled_ || idle_.empty())
        return;
    sweep_scheduled_ = true;
    sweep_timer_.expires_at(idle_.front()->idle_since + max_idle);
    sweep_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& ec) {
        if (const auto self = weak.lock(); self != nullptr && !ec)
            self->sweep();
    });
}

void ConnectionPool::sweep() {
    const std::lock_guard lock(mutex_);
    sweep_scheduled_ = false;
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(idle_, [&](const auto& connection) { return now - connection->idle_since >= max_idle; });
    schedule_sweep();
}

} // namespace job_engine
