#pragma once

#include "journal/journal.hpp"

#include <string>

namespace cli {

// Why a run cannot be driven by this process, for people; for busy, another and not_collectable.
std::string refusal(const durable::Claim& claim, const std::string& run_key);

} // namespace cli
