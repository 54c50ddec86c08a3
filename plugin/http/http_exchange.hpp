#pragma once

#include "http/http_message.hpp"
#include "http/url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace job_engine {

// One request on its way: how far it is, and how to end it. Belongs to the strand it was made with.
class HttpExchange : public std::enable_shared_from_this<HttpExchange> {
public:
    using Kind = TransportFailure::Kind;

    explicit HttpExchange(const boost::asio::any_io_executor& executor) : timer(executor) {}
    HttpExchange(const HttpExchange&) = delete;
    HttpExchange& operator=(const HttpExchange&) = delete;
    virtual ~HttpExchange() = default;

    // Ends the request as soon as it can be: as Kind::aborted.
    void abort() { end(Kind::aborted); }

    // What follows is the client's side.

    // Ends it as Kind::timed_out after this time.
    void limit_time(std::chrono::milliseconds time) {
        timer.expires_after(time);
        timer.async_wait([weak = weak_from_this()](const boost::system::error_code& ec) {
            if (const auto exchange = weak.lock(); exchange != nullptr && !ec)
                exchange->end(Kind::timed_out);
        });
    }

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
            return {Kind::timed_out, sent, "no answer in time while waiting for " + what_it_waits_for()};
        return {kind, sent, std::move(message)};
    }

    // Why no further step may begin; nullopt: it may.
    std::optional<TransportFailure> ending() const {
        return ended ? std::optional(failure(*ended, {})) : std::nullopt;
    }

    // For the message of a time-out. Both must live as long as the wait.
    void waits_for(const char* what, const Origin* where = nullptr) {
        waiting_for_ = what;
        waiting_at_ = where;
    }

    boost::asio::steady_timer timer;
    std::function<void()> interrupt; // wakes whatever the request waits for
    std::optional<Kind> ended;
    bool sent = false; // a byte of the request may have left

private:
    std::string what_it_waits_for() const {
        return waiting_at_ != nullptr ? waiting_for_ + (" " + waiting_at_->authority()) : waiting_for_;
    }

    const char* waiting_for_ = "a free connection";
    const Origin* waiting_at_ = nullptr;
};

// How to wake an exchange during a part of its way. Taken back on every way out, because what it touches may
// be gone afterwards.
class Interruption {
public:
    Interruption(HttpExchange& exchange, std::function<void()> interrupt) : exchange_(exchange) {
        exchange_.interrupt = std::move(interrupt);
    }
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;
    ~Interruption() { exchange_.interrupt = nullptr; }

private:
    HttpExchange& exchange_;
};

} // namespace job_engine
