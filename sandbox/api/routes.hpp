#pragma once

#include <boost/beast/http/verb.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

enum class Resource {
    none,
    generation, // submit
    jobs,
    job,
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
    std::string id; // of a job, video or thumbnail: "job_" and 24 hexadecimal digits
    std::string_view query;
};

// Which resource a request target names. Only well-formed job ids match, so that no path ever leads
// out of the sandbox's directories. `query` refers into `target`.
Route match_route(std::string_view target);

// Empty for Resource::none.
std::vector<boost::beast::http::verb> allowed_methods(Resource resource);

// Of "a=1&b=2"; empty when absent. Values are taken as they are, without percent-decoding.
std::string_view query_value(std::string_view query, std::string_view name);

std::string new_job_id();

} // namespace sandbox
