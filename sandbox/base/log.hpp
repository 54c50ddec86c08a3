#pragma once

#include <string_view>

namespace sandbox {

// One line on standard error with the time before it. Thread-safe. Control characters become spaces.
// Callers give no API key, no prompt and no URL of a user: those may hold secrets.
void log(std::string_view event);

} // namespace sandbox
