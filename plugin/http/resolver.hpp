#pragma once

#include "http/wakeup.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace job_engine {

// One look-up of a host name, on a thread of its own: getaddrinfo cannot be cancelled, so who waits for
// it gives up waiting instead. Outlives its Resolver when it hangs, and then touches nothing else.
struct Lookup {
    std::mutex mutex;
    bool done = false;
    std::string failure; // done: empty, or why there is no address
    std::vector<boost::asio::ip::address> addresses;
    std::vector<std::shared_ptr<Wakeup>> waiters;
};

// Thread-safe. Concurrent look-ups of one name share one getaddrinfo.
class Resolver {
public:
    Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;
    // Waits up to 2 s for threads inside getaddrinfo. One that hangs longer is left alone, and the module
    // is pinned in memory, because its code must not be unloaded under the thread.
    ~Resolver();

    // The look-up of this name; waiter is fired when it is done.
    std::shared_ptr<Lookup> look_up(const std::string& host, const std::shared_ptr<Wakeup>& waiter);
    static void forget(Lookup& lookup, const std::shared_ptr<Wakeup>& waiter);

private:
    struct Running {
        std::shared_ptr<Lookup> lookup;
        std::thread thread;
    };
    struct Shared {
        std::mutex mutex;
        std::condition_variable ended_one;
        std::map<std::string, Running> running; // by host
        std::vector<std::thread> ended;         // to be joined
    };
    static void run(const std::shared_ptr<Shared>& shared, const std::string& host, Lookup& lookup);

    std::shared_ptr<Shared> shared_;
};

} // namespace job_engine
