#pragma once

#include "api/binding.hpp"
#include "http/http_message.hpp"
#include "http/url.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace job_engine {

// An entry of a reply to Binding::find.
struct ListedJob {
    std::string id; // empty: not where the binding says
    std::vector<std::string> markers;
};

struct JobPage {
    std::vector<ListedJob> jobs;
    bool has_next = false;
    std::string next; // the target of the next page; empty although there is one: it is of no use
};

// target: what was asked for. nullopt: the reply is no such list.
std::optional<JobPage> read_job_page(const HttpReply& reply, const Binding& binding, const Origin& origin,
                                     std::string_view target);

} // namespace job_engine
