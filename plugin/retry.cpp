#include "retry.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>

namespace pixelml {
namespace {

// A retry costs 5 of 500 tokens and a success gives 1 back: during an outage about 100 retries go out,
// later one for every five successes.
constexpr int full_budget = 500;
constexpr int retry_cost = 5;

constexpr Millis first_backoff{500};
constexpr Millis longest_backoff{30'000};
constexpr std::int64_t longest_retry_after_s = 86'400;

} // namespace

bool is_refusal(const TransportFailure& failure) noexcept {
    return failure.kind == TransportFailure::Kind::tls || failure.kind == TransportFailure::Kind::proxy
           || failure.kind == TransportFailure::Kind::not_public;
}

SubmitVerdict verdict_of_submit(int http_status) noexcept {
    if (http_status >= 200 && http_status < 300)
        return SubmitVerdict::accepted;
    if (http_status == 429 || http_status == 503 || http_status == 425)
        return SubmitVerdict::absent;
    // 409 is what an API answers while the first request with this key is still at work.
    if (http_status >= 500 || http_status == 408 || http_status == 409 || http_status < 200)
        return SubmitVerdict::uncertain;
    return SubmitVerdict::rejected;
}

SubmitVerdict verdict_of_submit(const TransportFailure& failure) noexcept {
    if (failure.may_have_arrived)
        return SubmitVerdict::uncertain;
    return is_refusal(failure) ? SubmitVerdict::rejected : SubmitVerdict::absent;
}

bool poll_may_recover(int http_status) noexcept {
    return http_status >= 500 || http_status == 408 || http_status == 409 || http_status == 425
           || http_status == 429;
}

bool poll_may_recover(const TransportFailure& failure) noexcept {
    return !is_refusal(failure);
}

// SplitMix64: a few instructions, and good enough to spread retries.
double Jitter::next() noexcept {
    state_ += 0x9e3779b97f4a7c15U;
    auto z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    z ^= z >> 31U;
    return static_cast<double>(z >> 11U) / 9007199254740992.0; // 2^53
}

Millis backoff(int failures, double jitter) noexcept {
    const auto ceiling =
        std::min(longest_backoff, Millis(first_backoff.count() << std::clamp(failures, 0, 10)));
    return Millis(static_cast<std::int64_t>(static_cast<double>(ceiling.count()) * jitter));
}

std::optional<Millis> parse_retry_after(std::string_view value, std::int64_t now_utc) {
    if (value.empty())
        return std::nullopt;
    std::int64_t seconds = 0;
    const auto* end = value.data() + value.size();
    const auto parsed = std::from_chars(value.data(), end, seconds);
    if (parsed.ec == std::errc::result_out_of_range) {
        seconds = longest_retry_after_s;
    } else if (parsed.ec != std::errc{} || parsed.ptr != end) {
        std::tm date{};
        const std::string text(value.substr(0, 64));
        const auto* rest = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
        if (rest == nullptr || *rest != '\0')
            return std::nullopt;
        seconds = static_cast<std::int64_t>(::timegm(&date)) - now_utc;
    }
    return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, longest_retry_after_s));
}

TimePoint Traffic::not_before() const {
    const std::lock_guard lock(mutex_);
    return not_before_;
}

void Traffic::pause_until(TimePoint moment) {
    const std::lock_guard lock(mutex_);
    not_before_ = std::max(not_before_, moment);
}

bool Traffic::take_retry() {
    const std::lock_guard lock(mutex_);
    if (tokens_ < retry_cost)
        return false;
    tokens_ -= retry_cost;
    return true;
}

void Traffic::note_success() {
    const std::lock_guard lock(mutex_);
    tokens_ = std::min(full_budget, tokens_ + 1);
}

} // namespace pixelml
