#pragma once

#include "base/sha256.hpp"

#include <string>
#include <string_view>

namespace job_engine {

// The key of a run: the same for the same run_key, inputs and generation, so that a repeated run is
// recognised by the API. A generation is used up by a definite failure, because an API may go on
// answering a key with the failure it first gave.
HexDigest idempotency_key(std::string_view run_key, const HexDigest& input_digest, int generation);

// A name for a run that the host gave none: 90 random bits, in as many characters as a std::string holds
// without memory of its own.
std::string random_run_key();

} // namespace job_engine
