#pragma once

#include "base/sha256.hpp"

#include <string>
#include <string_view>

namespace job_engine {

// The key of a run: the same for the same run_key, inputs and generation, so that a repeated run is
// recognised by the API. A generation is used up by a definite failure, because an API may go on
// answering a key with the failure it first gave.
HexDigest idempotency_key(std::string_view run_key, const HexDigest& input_digest, int generation);

// The digest of inputs of which one is a file: the bytes tell more than the file's name, behind which another
// file may be when the run is repeated. Its video must not be the earlier one's.
HexDigest digest_with_file(const HexDigest& inputs, const HexDigest& file);

// A name for a run that the host gave none: 90 random bits, in as many characters as a std::string holds
// without memory of its own.
std::string random_run_key();

} // namespace job_engine
