#pragma once

#include "api/connection.hpp"
#include "api/upload_request.hpp"
#include "base/time.hpp"
#include "http/http_send.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace job_engine {

// One exchange of an upload, for the line that node.h describes at WFN_LOG_TRACE.
struct TracedUpload {
    std::string_view run_key;
    const UploadRequest& request;
    std::uint64_t body_bytes = 0;
    const Answered& answered;
    Millis took;
};

// The bodies are left out but for a refusal's words: they are the file, and leave to upload it.
std::string trace_line(const TracedUpload& upload, const Connection& connection, std::string_view user_agent);

} // namespace job_engine
