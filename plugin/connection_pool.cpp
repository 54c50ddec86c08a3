#include "connection_pool.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace pixelml {
namespace {

using namespace std::chrono_literals;

// Shorter than what servers and load balancers commonly allow (60 s), so that we close first.
constexpr auto longest_idle = 30s;
// A request that may not be repeated avoids the race with a server that closes an idle connection.
constexpr auto longest_idle_for_fresh = 1s;

} // namespace

bool HttpConnection::is_quiet() {
    char byte = 0;
    const auto received = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

ConnectionPool::ConnectionPool(boost::asio::io_context& io, std::size_t most)
    : most_(most), sweep_timer_(io) {}

void ConnectionPool::request(const std::shared_ptr<Ticket>& ticket) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(ticket);
    grant_next();
}

std::unique_ptr<HttpConnection> ConnectionPool::take(const std::shared_ptr<Ticket>& ticket) {
    const std::lock_guard lock(mutex_);
    ticket->granted = false; // its place is now the taker's
    return std::move(ticket->connection);
}

void ConnectionPool::withdraw(const std::shared_ptr<Ticket>& ticket) {
    const std::lock_guard lock(mutex_);
    std::erase(waiting_, ticket);
    if (!std::exchange(ticket->granted, false))
        return;
    if (ticket->connection != nullptr)
        idle_.push_back(std::move(ticket->connection));
    --in_use_;
    grant_next();
}

void ConnectionPool::give_back(std::unique_ptr<HttpConnection> connection) {
    const std::lock_guard lock(mutex_);
    if (connection != nullptr) {
        connection->idle_since = std::chrono::steady_clock::now();
        connection->reused = true;
        idle_.push_back(std::move(connection));
    }
    --in_use_;
    grant_next();
    schedule_sweep();
}

void ConnectionPool::close_idle() {
    const std::lock_guard lock(mutex_);
    idle_.clear();
    sweep_timer_.cancel();
}

std::unique_ptr<HttpConnection> ConnectionPool::idle_connection(bool needs_fresh) {
    const auto longest =
        needs_fresh ? std::chrono::steady_clock::duration(longest_idle_for_fresh) : longest_idle;
    const auto now = std::chrono::steady_clock::now();
    while (!idle_.empty() && now - idle_.back()->idle_since <= longest) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        if (connection->is_quiet())
            return connection;
    }
    return nullptr;
}

void ConnectionPool::grant_next() {
    while (!waiting_.empty() && in_use_ < most_) {
        auto ticket = std::move(waiting_.front());
        waiting_.pop_front();
        ticket->connection = idle_connection(ticket->needs_fresh);
        if (ticket->connection == nullptr && in_use_ + idle_.size() >= most_)
            idle_.erase(idle_.begin()); // its socket makes room for the new one
        ticket->granted = true;
        ++in_use_;
        ticket->wakeup->fire();
    }
}

void ConnectionPool::schedule_sweep() {
    if (sweep_scheduled_ || idle_.empty())
        return;
    sweep_scheduled_ = true;
    sweep_timer_.expires_at(idle_.front()->idle_since + longest_idle);
    sweep_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& ec) {
        if (const auto self = weak.lock(); self != nullptr && !ec)
            self->sweep();
    });
}

void ConnectionPool::sweep() {
    const std::lock_guard lock(mutex_);
    sweep_scheduled_ = false;
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(idle_,
                  [&](const auto& connection) { return now - connection->idle_since >= longest_idle; });
    schedule_sweep();
}

} // namespace pixelml
