#include "connection_pool.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace pixelml {
namespace {

using namespace std::chrono_literals;

// Shorter than what servers and load balancers commonly allow (60 s), so that we close first.
constexpr auto longest_idle = 30s;
// A request that may not be repeated avoids the race with a server that closes an idle connection.
constexpr auto longest_idle_for_fresh = 1s;

} // namespace

ConnectionPool::ConnectionPool(boost::asio::io_context& io, std::size_t most)
    : most_(most), sweep_timer_(io) {}

ConnectionPool::Place::~Place() {
    if (!held_)
        return;
    try {
        pool_.give_back(keep ? std::move(connection) : nullptr);
    } catch (const std::exception&) {
        // Out of memory: whoever waits is granted by the next place that is given back.
    }
}

boost::asio::awaitable<bool> ConnectionPool::Place::wait(HttpExchange& exchange, bool needs_fresh) {
    const auto ticket = std::make_shared<Ticket>(co_await boost::asio::this_coro::executor);
    ticket->needs_fresh = needs_fresh;
    exchange.interrupt = [wakeup = ticket->wakeup] { wakeup->fire(); };
    pool_.request(ticket);
    co_await Wakeup::wait(ticket->wakeup);
    exchange.interrupt = nullptr;
    if (exchange.ended) {
        pool_.withdraw(ticket);
        co_return false;
    }
    connection = pool_.take(ticket);
    held_ = true;
    co_return true;
}

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
    --in_use_;
    if (connection != nullptr) {
        connection->idle_since = std::chrono::steady_clock::now();
        connection->reused = true;
        idle_.push_back(std::move(connection));
    }
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
