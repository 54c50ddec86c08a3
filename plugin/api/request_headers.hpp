#pragma once

#include "base/ascii.hpp"
#include "http/http_message.hpp"

#include <algorithm>
#include <string_view>

namespace job_engine {

// Hands every header of a request to write(name, value) but Host, the authorization and Content-Length: the
// request's own, and those that stand for what it leaves open.
template <class Write>
void write_headers(const HttpRequest& request, std::string_view user_agent, Write write) {
    const auto unless_given = [&](std::string_view name, std::string_view value) {
        const bool is_given =
            std::any_of(request.headers.begin(), request.headers.end(),
                        [&](const auto& header) { return ascii_equal_ignoring_case(header.first, name); });
        if (!is_given)
            write(name, value);
    };
    unless_given("User-Agent", user_agent);
    unless_given("Accept", "application/json");
    if (!request.body.empty())
        unless_given("Content-Type", "application/json");
    for (const auto& [name, value] : request.headers)
        write(name, value);
}

} // namespace job_engine
