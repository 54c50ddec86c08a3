#pragma once

#include "api/binding.hpp"
#include "http/http_message.hpp"
#include "http/url.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace job_engine {

// A reply to Binding::find: some of the account's jobs.
struct JobPage {
    std::size_t items = 0;
    std::vector<std::pair<std::string, std::string>> ids; // of jobs, behind their runs' markers; empty: not
                                                          // where the binding says
    bool has_next = false;
    std::string next; // the target of the next page; empty although there is one: it is of no use
};

// target: what was asked for. nullopt: the reply is no such list.
std::optional<JobPage> read_job_page(const HttpReply& reply, const Binding& binding, const Origin& origin,
                                     std::string_view target);

} // namespace job_engine
