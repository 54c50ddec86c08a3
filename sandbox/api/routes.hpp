#pragma once

#include <boost/beast/http/verb.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

enum class Resource {
    none,
    generation, // submit
    jobs,
    job,
    // AgenticFlow's:
    workflow_runs,               // submit
    workflow_runs_without_slash, // where a submit is only redirected
    workflow_run,
    workflow_run_list,
    files, // an upload
    file,
    video,
    thumbnail,
    page,
    page_script,
    page_style,
    page_jobs,
    favicon,
    image,
    faults,
    statistics,
};

struct Route {
    Resource resource = Resource::none;
    // Of a job, video or thumbnail: "job_" and 24 hexadecimal digits. Of a workflow's run, and of a workflow
    // whose runs are listed, and of a file: whatever stands there, but no path.
    std::string id;
    std::string_view query;
};

// Which resource a request target names. Only well-formed job ids match where there are files, so that no
// path ever leads out of the sandbox's directories. `query` refers into `target`.
Route match_route(std::string_view target);

// Empty for Resource::none.
std::vector<boost::beast::http::verb> allowed_methods(Resource resource);

bool is_agenticflow(Resource resource);

// Of "a=1&b=2"; empty when absent. Values are taken as they are, without percent-decoding.
std::string_view query_value(std::string_view query, std::string_view name);

// Its whole number from `min` to `max`, `fallback` when absent, nothing when it is no such number.
std::optional<std::size_t> query_number(std::string_view query, std::string_view name, std::size_t min,
                                        std::size_t max, std::size_t fallback);

inline constexpr std::size_t max_listed_jobs = 1000;

std::string new_job_id();

} // namespace sandbox
