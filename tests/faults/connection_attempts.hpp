#pragma once

#include <cstddef>
#include <cstdint>

namespace faults {

// How often anybody in this process has begun to connect to this TCP port: what a closed port never sees.
std::size_t connection_attempts(std::uint16_t port);

} // namespace faults
