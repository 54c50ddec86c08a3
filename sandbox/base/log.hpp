#pragma once

#include <string_view>

namespace sandbox {

// One line on standard error with the time before it. Thread-safe. Control characters become spaces.
// Callers pass no API key, prompt or user's URL: those may hold secrets.
void log(std::string_view event);

} // namespace sandbox
