#pragma once

#include "api/binding.hpp"
#include "http/http_message.hpp"
#include "http/url.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace job_engine {

// A reply to Binding::find: some of the account's jobs.
struct JobPage {
    std::size_t items = 0;
    bool has_marker = false;    // one of them is the run's
    std::string id;             // its name; empty: not where the binding says
    bool shows_markers = false; // of any run: what is not seen here has none
    bool has_next = false;
    std::string next; // the target of the next page; empty although there is one: it is of no use
};

// marker: see run_marker. target: what was asked for. nullopt: the reply is no such list.
std::optional<JobPage> read_job_page(const HttpReply& reply, const Binding& binding, const Origin& origin,
                                     std::string_view target, std::string_view marker);

} // namespace job_engine
