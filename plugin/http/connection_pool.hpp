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
    // The room for one connection, or the place in the queue for it. It goes back when it is released or
    // destroyed, before the pool is. Not thread-safe.
    class Place {
    public:
        Place() = default;
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place();

        // Once, when it is granted: a connection to use; nullptr: open one. A fresh one has hardly been idle.
        std::unique_ptr<HttpConnection> take(bool needs_fresh);
        // The connection is for others to use; nullptr: it is gone.
        void release(std::unique_ptr<HttpConnection> connection = nullptr);

    private:
        friend class ConnectionPool;

        ConnectionPool* pool_ = nullptr;
        bool taken_ = false;
        FairSemaphore::Permit permit_;
    };

    ConnectionPool(boost::asio::io_context& io, std::size_t most);

    // See FairSemaphore::request.
    void request(FairSemaphore::Granted granted, Place& place);

    void close_idle();

private:
    std::unique_ptr<HttpConnection> take(bool needs_fresh);
    void give_back(std::unique_ptr<HttpConnection> connection);
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
