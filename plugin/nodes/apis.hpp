#pragma once

#include "api/binding.hpp"

#include <array>

namespace pixelml {

// Other services that make what these nodes make, in the order in which forms show them.
extern const std::array<job_engine::NamedApi, 10> apis;

} // namespace pixelml
