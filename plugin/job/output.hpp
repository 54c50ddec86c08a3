#pragma once

#include "api/error.hpp"
#include "job/node_type.hpp"

#include <string>
#include <string_view>

namespace job_engine {

// output_json for what was made, at this URL, checked against the output schema. Fails as Invalid API
// Response, charged: the API calls the job done. What is not taken stands in its message and, as found at
// `path` of the reply, in its details: it was paid for, and a person may still fetch it. Without a URL that
// is the reply, which may name one where nobody looks.
Result<std::string> make_output(const std::string& url, const Node& node, bool allow_loopback_http,
                                const std::string& path = {}, std::string_view reply = {});

// A reply, which is masked already, for a person who looks in it for what the binding did not find.
Violation detail_of_reply(const std::string& path, std::string_view reply);

} // namespace job_engine
