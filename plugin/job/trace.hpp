#pragma once

#include "api/api_call.hpp"
#include "api/connection.hpp"
#include "base/time.hpp"
#include "http/http_message.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace job_engine {

// One exchange with the API, for the line that node.h describes at WFN_LOG_TRACE.
struct TracedExchange {
    std::string_view run_key;
    const HttpRequest& request; // with is_traced set; its body may be the beginning alone
    std::size_t body_bytes;     // of the whole
    const Exchanged& exchanged;
    Millis took;
};

// How much of a body to give: more of it is not shown, also where all before it is masked.
inline constexpr std::size_t max_traced_body_bytes = std::size_t{64} << 10;

// user_agent: as the client sends it. Every text is masked whole and cut afterwards, so that no part of a
// secret is left at the end.
std::string trace_line(const TracedExchange& exchange, const Connection& connection,
                       std::string_view user_agent);

} // namespace job_engine
