#pragma once

#include "http/http_message.hpp"
#include "http/url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace job_engine {

// How much longer than a small request one with such a body may take: no line is slower that is of use.
constexpr std::chrono::milliseconds time_to_send(std::uint64_t bytes) noexcept {
    constexpr std::uint64_t bytes_per_second = std::uint64_t{64} << 10;
    return std::chrono::milliseconds(bytes * 1000 / bytes_per_second);
}

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
        if (cancel_handler)
            cancel_handler();
    }

    // The failure of the step under way: an abort or time-out where that is what ended it.
    TransportFailure failure(Kind kind, std::string message) const {
        if (ended == Kind::aborted)
            return {Kind::aborted, sent, "the request was given up"};
        if (ended)
            return {Kind::timed_out, sent, "no answer in time while waiting for " + stage()};
        return {kind, sent, std::move(message)};
    }

    // Why no further step may begin; nullopt: it may.
    std::optional<TransportFailure> ending() const {
        return ended ? std::optional(failure(*ended, {})) : std::nullopt;
    }

    // For the message of a time-out. Both must live as long as the wait.
    void set_stage(const char* what, const Origin* where = nullptr) {
        stage_ = what;
        stage_origin_ = where;
    }

    boost::asio::steady_timer timer;
    std::function<void()> cancel_handler; // ends whatever the request waits for
    std::optional<Kind> ended;
    // The last byte of the request may have left, or the peer has said something. Before that nobody can act
    // on it: its length is announced, and what is cut off is no JSON.
    bool sent = false;

private:
    std::string stage() const {
        return stage_origin_ != nullptr ? stage_ + (" " + stage_origin_->authority()) : stage_;
    }

    const char* stage_ = "a connection";
    const Origin* stage_origin_ = nullptr;
};

// How to wake an exchange during a part of its way. Taken back on every way out, because what it touches may
// be gone afterwards.
class ScopedCancelHandler {
public:
    ScopedCancelHandler(HttpExchange& exchange, std::function<void()> handler) : exchange_(exchange) {
        exchange_.cancel_handler = std::move(handler);
    }
    ScopedCancelHandler(const ScopedCancelHandler&) = delete;
    ScopedCancelHandler& operator=(const ScopedCancelHandler&) = delete;
    ~ScopedCancelHandler() { exchange_.cancel_handler = nullptr; }

private:
    HttpExchange& exchange_;
};

} // namespace job_engine
