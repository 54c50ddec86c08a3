#pragma once

#include <string>
#include <string_view>

namespace job_engine {

inline constexpr std::size_t max_message_bytes = 500;

// Text of the API for people, logs and JSON: as plain_text, and not too long for a sentence.
std::string presentable(std::string_view text, std::size_t max_bytes = max_message_bytes);

// For the middle of a sentence of ours, which brings its own full stop.
std::string clause(std::string_view text);

} // namespace job_engine
