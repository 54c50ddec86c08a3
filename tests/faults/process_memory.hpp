#pragma once

#include <cstddef>

namespace faults {

// Before the first thread. Otherwise every thread of the harness keeps free memory of its own, which would
// look like the module's.
void use_one_arena();

// This process's, in KiB, with what malloc keeps for later given back first.
std::size_t resident_kib();

// The most it has had since the last call.
std::size_t peak_kib_since_last_call();

} // namespace faults
