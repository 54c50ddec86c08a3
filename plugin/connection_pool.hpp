#pragma once

#include "http_connection.hpp"
#include "http_exchange.hpp"
#include "wakeup.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace pixelml {

// The connections to one origin: at most `most` sockets, the most recently used one first, waiting
// requests served in order. Thread-safe. Owned by shared_ptr, because its timer may outlive its users.
class ConnectionPool : public std::enable_shared_from_this<ConnectionPool> {
public:
    ConnectionPool(boost::asio::io_context& io, std::size_t most);

    // A request's place in the queue. ready: connection is set, or open one (it is counted already).
    struct Ticket {
        explicit Ticket(const boost::asio::any_io_executor& executor)
            : wakeup(std::make_shared<Wakeup>(executor)) {}
        std::shared_ptr<Wakeup> wakeup;
        std::unique_ptr<HttpConnection> connection;
        bool needs_fresh = false;
        bool granted = false;
    };

    // A coroutine's place in the pool, given back however its use ends.
    class Place {
    public:
        explicit Place(ConnectionPool& pool) : pool_(pool) {}
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place();

        // Waits for its turn; false: the exchange was ended first. Then `connection` is set, or open one.
        boost::asio::awaitable<bool> wait(HttpExchange& exchange, bool needs_fresh = false);

        std::unique_ptr<HttpConnection> connection;
        bool keep = false; // the connection, for others

    private:
        ConnectionPool& pool_;
        bool held_ = false;
    };

    // Grants the ticket now, or fires its wakeup when a place is free.
    void request(const std::shared_ptr<Ticket>& ticket);
    // Takes a granted ticket's connection; nullptr: open one.
    std::unique_ptr<HttpConnection> take(const std::shared_ptr<Ticket>& ticket);
    // Gives up a ticket whose connection was not taken.
    void withdraw(const std::shared_ptr<Ticket>& ticket);
    // Ends the use of a taken place. nullptr: its connection is gone.
    void give_back(std::unique_ptr<HttpConnection> connection);
    void close_idle();

private:
    std::unique_ptr<HttpConnection> idle_connection(bool needs_fresh); // under the lock
    void grant_next();                                                 // under the lock
    void schedule_sweep();                                             // under the lock
    void sweep();

    const std::size_t most_;
    std::mutex mutex_;
    std::size_t in_use_ = 0;
    std::vector<std::unique_ptr<HttpConnection>> idle_; // the longest idle first
    std::deque<std::shared_ptr<Ticket>> waiting_;
    boost::asio::steady_timer sweep_timer_;
    bool sweep_scheduled_ = false;
};

} // namespace pixelml
