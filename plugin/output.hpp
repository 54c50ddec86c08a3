#pragma once

#include "error.hpp"
#include "validator.hpp"

#include <string>

namespace pixelml {

// output_json for this video, checked against the output schema. Fails as Invalid API Response, charged:
// the API calls the job done.
Result<std::string> make_output(const std::string& video, const Schema& schema, bool allow_loopback_http);

} // namespace pixelml
