#include "journal/run_state.hpp"

#include <array>
#include <utility>

namespace durable {

namespace {

constexpr std::array<std::pair<RunState, const char*>, 6> state_words{{
    {RunState::running, "running"},
    {RunState::interrupted, "interrupted"},
    {RunState::suspended, "suspended"},
    {RunState::succeeded, "succeeded"},
    {RunState::failed, "failed"},
    {RunState::cancelled, "cancelled"},
}};

} // namespace

const char* to_string(RunState state) noexcept {
    for (const auto& [value, word] : state_words)
        if (value == state)
            return word;
    return "unknown";
}

std::optional<RunState> run_state(std::string_view word) noexcept {
    for (const auto& [value, its_word] : state_words)
        if (word == its_word)
            return value;
    return std::nullopt;
}

} // namespace durable
