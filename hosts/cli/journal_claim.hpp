#pragma once

#include "journal.hpp"

#include <string>

namespace cli {

/* Why a run cannot be driven by this process, for people; for busy, another and not_collectable. */
std::string refusal(const Claim& claim, const std::string& run_key);

} // namespace cli
