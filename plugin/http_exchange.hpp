#pragma once

#include "http_message.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pixelml {

// One request on its way: how far it is, and how to end it. Belongs to the strand it was made with.
class HttpExchange {
public:
    using Kind = TransportFailure::Kind;

    explicit HttpExchange(const boost::asio::any_io_executor& executor) : timer(executor) {}

    // Ends the request as soon as it can be: as Kind::aborted.
    void abort() { end(Kind::aborted); }

    // What follows is the client's side.

    // Ends it as Kind::timed_out after this time, and lets go of what it would interrupt when it goes itself.
    class TimeLimit {
    public:
        TimeLimit(std::shared_ptr<HttpExchange> exchange, std::chrono::milliseconds time)
            : exchange_(std::move(exchange)) {
            exchange_->timer.expires_after(time);
            exchange_->timer.async_wait(
                [weak = std::weak_ptr(exchange_)](const boost::system::error_code& ec) {
                    if (const auto self = weak.lock(); self != nullptr && !ec)
                        self->end(Kind::timed_out);
                });
        }
        TimeLimit(const TimeLimit&) = delete;
        TimeLimit& operator=(const TimeLimit&) = delete;
        ~TimeLimit() {
            exchange_->interrupt = nullptr;
            exchange_->timer.cancel();
        }

    private:
        std::shared_ptr<HttpExchange> exchange_;
    };

    void end(Kind why) {
        if (ended)
            return;
        ended = why;
        if (interrupt)
            interrupt();
    }

    // The failure of the step under way: an abort or time-out where that is what ended it.
    TransportFailure failure(Kind kind, std::string message) const {
        if (ended == Kind::aborted)
            return {Kind::aborted, sent, "the request was given up"};
        if (ended)
            return {Kind::timed_out, sent, "no answer in time while waiting for " + waiting_for};
        return {kind, sent, std::move(message)};
    }

    boost::asio::steady_timer timer;
    std::function<void()> interrupt; // wakes whatever the request waits for
    std::optional<Kind> ended;
    bool sent = false;                             // a byte of the request may have left
    std::string waiting_for = "a free connection"; // for the message of a time-out
};

} // namespace pixelml
