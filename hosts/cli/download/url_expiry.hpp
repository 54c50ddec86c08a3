#pragma once

#include "download/url.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace cli {

// When a signed URL ends, in seconds since 1970, by what stores put into its query: X-Amz-Date with
// X-Amz-Expires, the same of X-Goog, X-Oss and others, Expires, and se beside sig of Azure. nullopt: it does
// not say.
std::optional<std::int64_t> expiry_of(const Url& url);

// "2026-01-31T12:00:00Z"
std::string utc_text(std::int64_t seconds);

} // namespace cli
