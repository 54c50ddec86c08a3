#pragma once

#include "base/fair_semaphore.hpp"
#include "http/http_connection.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace job_engine {

// The connections to one origin: at most `most` sockets, the most recently used one first, waiting
// requests served in order. Thread-safe. Owned by shared_ptr, because its timer may outlive its users.
class ConnectionPool : public std::enable_shared_from_this<ConnectionPool> {
public:
    using Ticket = FairSemaphore::Ticket;

    ConnectionPool(boost::asio::io_context& io, std::size_t most);

    // A place for one connection; see FairSemaphore::request. It ends with withdraw or, once something was
    // taken, with give_back.
    void request(FairSemaphore::Granted granted, Ticket& ticket);
    void withdraw(Ticket ticket);
    // With a place: a connection to use; nullptr: open one. A fresh one has hardly been idle.
    std::unique_ptr<HttpConnection> take(bool needs_fresh);
    // The connection is for others to use; nullptr: it is gone.
    void give_back(Ticket ticket, std::unique_ptr<HttpConnection> connection);

    void close_idle();

private:
    std::unique_ptr<HttpConnection> idle_connection(bool needs_fresh); // under the lock
    void schedule_sweep();                                             // under the lock
    void sweep();

    const std::size_t most_;
    FairSemaphore places_;
    std::mutex mutex_;
    std::size_t in_use_ = 0;                            // the connections that were taken
    std::vector<std::unique_ptr<HttpConnection>> idle_; // the longest idle first
    boost::asio::steady_timer sweep_timer_;
    bool sweep_scheduled_ = false;
};

} // namespace job_engine
