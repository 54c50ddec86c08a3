#pragma once

#include "api/api_call.hpp"
#include "api/connection.hpp"
#include "base/time.hpp"
#include "http/http_message.hpp"

#include <string>
#include <string_view>

namespace job_engine {

// One exchange with the API, for the line that node.h describes at WFN_LOG_TRACE.
struct TracedExchange {
    std::string_view run_key;
    const HttpRequest& request; // with is_traced set
    const Exchanged& exchanged;
    Millis took;
};

// user_agent: as the client sends it. Every text is masked whole and cut afterwards, so that no part of a
// secret is left at the end.
std::string trace_line(const TracedExchange& exchange, const Connection& connection,
                       std::string_view user_agent);

} // namespace job_engine
