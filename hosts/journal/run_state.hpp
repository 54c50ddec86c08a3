#pragma once

#include <optional>
#include <string_view>

namespace durable {

enum class RunState {
    running,
    interrupted, // recorded as running, but its process is gone
    suspended,
    succeeded,
    failed,
    cancelled
};

// "running" ...; the reverse is nullopt for another word.
const char* to_string(RunState state) noexcept;
std::optional<RunState> run_state(std::string_view word) noexcept;

} // namespace durable
