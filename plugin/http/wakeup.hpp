#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>

namespace job_engine {

// Lets one coroutine wait until another thread or coroutine fires. wait() belongs to the executor's
// strand; fire() may be called from anywhere, also before wait(), also more than once.
class Wakeup : public std::enable_shared_from_this<Wakeup> {
public:
    explicit Wakeup(const boost::asio::any_io_executor& executor)
        : timer_(executor, boost::asio::steady_timer::time_point::max()) {}

    void fire() {
        boost::asio::post(timer_.get_executor(), [self = shared_from_this()] {
            self->fired_ = true;
            self->timer_.cancel();
        });
    }

    static boost::asio::awaitable<void> wait(std::shared_ptr<Wakeup> self) {
        while (!self->fired_)
            co_await self->timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }

private:
    boost::asio::steady_timer timer_;
    bool fired_ = false;
};

} // namespace job_engine
