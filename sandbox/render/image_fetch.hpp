#pragma once

#include "base/api_error.hpp"
#include "render/cancel_signal.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace sandbox {

struct FetchSettings {
    std::size_t max_bytes = std::size_t{10} * 1024 * 1024;
    std::string ca_file; // empty: the system's certificates
    std::chrono::seconds connect_timeout{10};
    std::chrono::seconds total_timeout{60};
};

struct FetchCancelled {};

using FetchResult = std::variant<std::vector<std::uint8_t>, ApiError, FetchCancelled>;

// Gets an image over http or https, at most three redirects away, into memory. Blocks; a cancel ends it
// at once. Before the first use, and before other threads start, call prepare_image_fetch().
FetchResult fetch_image(const std::string& url, const FetchSettings& settings, const CancelSignal& cancel);

// Throws std::runtime_error when libcurl cannot be set up.
void prepare_image_fetch();

} // namespace sandbox
