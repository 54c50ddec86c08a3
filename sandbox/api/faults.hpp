#pragma once

#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sandbox {

enum class Operation { submit, poll, cancel };

enum class FaultKind {
    slow,              // answer after delay_ms
    too_many_requests, // 429 with Retry-After; nothing is done
    unavailable,       // 503 with Retry-After; nothing is done
    bad_gateway,       // 502 after the request has been carried out
    internal_error,    // 500 after the request has been carried out
    drop_before,       // the connection is reset; nothing is done
    drop_after,        // the connection is reset after the request has been carried out
    hold,              // carried out at once, answered after delay_ms
    broken_body,       // carried out, answered with 200 and half of the JSON
    stalled_body,      // carried out, half of the body sent, reset after delay_ms
};

std::string_view fault_name(FaultKind kind);

struct Fault {
    FaultKind kind = FaultKind::slow;
    std::chrono::seconds retry_after{1};
    std::chrono::milliseconds delay{2000};
};

// One switch. Of the requests for its operation it lets `skip` pass, then takes every `every`-th, with
// `probability`, until it has been applied `times` times.
struct FaultRule {
    Operation on = Operation::submit;
    Fault fault;
    std::optional<std::uint64_t> times;
    std::uint64_t skip = 0;
    std::uint64_t every = 1;
    double probability = 1;
    std::uint64_t seed = 1;
};

using FaultRules = std::vector<FaultRule>;

// From one rule as a JSON object, an array of them, or {"rules": [...]}. The error is a sentence for people.
std::variant<FaultRules, std::string> parse_fault_rules(std::string_view text);

// Decides per request, from counts and seeded chance alone. Not thread-safe.
class Faults {
public:
    void replace(const FaultRules& rules);

    // Every rule for the operation counts the request; the first that fires is applied.
    std::optional<Fault> next(Operation operation);

    std::uint64_t applied() const { return applied_; }
    boost::json::value to_json() const;

private:
    struct State {
        FaultRule rule;
        std::mt19937_64 random;
        std::uint64_t seen = 0;
        std::uint64_t applied = 0;
    };

    static bool fires(State& state);

    std::vector<State> states_;
    std::uint64_t applied_ = 0; // by all rules so far, replaced ones included
};

} // namespace sandbox
