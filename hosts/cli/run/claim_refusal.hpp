#pragma once

#include "journal/journal.hpp"

#include <string>

namespace cli {

// Why this process cannot run it, for people; for the kinds busy, conflict and not_collectable.
std::string refusal(const durable::Claim& claim, const std::string& run_key);

} // namespace cli
