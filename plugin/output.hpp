#pragma once

#include "error.hpp"
#include "validator.hpp"

#include <string>

namespace pixelml {

// output_json for this video, checked against the output schema. Fails as Invalid API Response, charged:
// the API calls the job done. What is not taken stands in its message and, as found at `path` of the reply,
// in its details: the video was paid for, and a person may still fetch it.
Result<std::string> make_output(const std::string& video, const Schema& schema, bool allow_loopback_http,
                                const std::string& path = {});

} // namespace pixelml
