#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace job_engine {

// The value of a Retry-After header, seconds or an HTTP date, from now_utc (Unix seconds) on; at most a day.
std::optional<Millis> parse_retry_after(std::string_view value, std::int64_t now_utc);

} // namespace job_engine
