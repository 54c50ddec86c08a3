#include "api/routes.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace sandbox {
namespace {

namespace http = boost::beast::http;

constexpr std::string_view id_prefix = "job_";
constexpr std::size_t id_random_bytes = 12;

struct Fixed {
    std::string_view path;
    Resource resource;
};

constexpr std::array<Fixed, 13> fixed_paths{{{"/", Resource::page},
                                             {"/image", Resource::image},
                                             {"/page.js", Resource::page_script},
                                             {"/page.css", Resource::page_style},
                                             {"/favicon.svg", Resource::favicon},
                                             {"/jobs.json", Resource::page_jobs},
                                             {"/v1/image-to-video", Resource::generation},
                                             {"/v1/jobs", Resource::jobs},
                                             {"/v1/files", Resource::files},
                                             {"/v1/workflow_runs/", Resource::workflow_runs},
                                             {"/v1/workflow_runs", Resource::workflow_runs_without_slash},
                                             {"/sandbox/faults", Resource::faults},
                                             {"/sandbox/statistics", Resource::statistics}}};

struct WithId {
    std::string_view before;
    std::string_view after;
    Resource resource;
};

constexpr std::array<WithId, 3> paths_with_id{{{"/v1/jobs/", "", Resource::job},
                                               {"/videos/", ".mp4", Resource::video},
                                               {"/thumbnails/", ".jpg", Resource::thumbnail}}};

bool is_job_id(std::string_view id) {
    return id.size() == id_prefix.size() + id_random_bytes * 2 && id.starts_with(id_prefix)
           && std::ranges::all_of(id.substr(id_prefix.size()),
                                  [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// What stands between the two; empty: not of this shape.
std::string_view segment_between(std::string_view path, std::string_view before, std::string_view after) {
    if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after))
        return {};
    const auto segment = path.substr(before.size(), path.size() - before.size() - after.size());
    return segment.find('/') == std::string_view::npos ? segment : std::string_view();
}

void match_workflow_run(std::string_view path, Route& route) {
    constexpr std::string_view runs = "/v1/workflow_runs/";
    constexpr std::string_view workspaces = "/v1/workspaces/";
    if (const auto run = segment_between(path, runs, ""); !run.empty()) {
        route.resource = Resource::workflow_run;
        route.id = run;
    }
    const auto workflows = path.find("/workflows/");
    if (workflows == std::string_view::npos
        || segment_between(path.substr(0, workflows), workspaces, "").empty())
        return;
    if (const auto workflow = segment_between(path.substr(workflows), "/workflows/", "/runs");
        !workflow.empty()) {
        route.resource = Resource::workflow_run_list;
        route.id = workflow;
    }
}

} // namespace

Route match_route(std::string_view target) {
    const std::size_t question_mark = target.find('?');
    const std::string_view path = target.substr(0, question_mark);
    Route route;
    if (question_mark != std::string_view::npos)
        route.query = target.substr(question_mark + 1);
    const auto* const fixed = std::ranges::find(fixed_paths, path, &Fixed::path);
    if (fixed != fixed_paths.end()) {
        route.resource = fixed->resource;
        return route;
    }
    for (const WithId& shape : paths_with_id) {
        if (path.size() < shape.before.size() + shape.after.size() || !path.starts_with(shape.before)
            || !path.ends_with(shape.after))
            continue;
        const std::string_view id =
            path.substr(shape.before.size(), path.size() - shape.before.size() - shape.after.size());
        if (is_job_id(id)) {
            route.resource = shape.resource;
            route.id = id;
        }
    }
    if (const auto file = segment_between(path, "/files/", ""); !file.empty()) {
        route.resource = Resource::file;
        route.id = file;
    }
    if (route.resource == Resource::none)
        match_workflow_run(path, route);
    return route;
}

std::vector<http::verb> allowed_methods(Resource resource) {
    switch (resource) {
    case Resource::none:
        return {};
    case Resource::generation:
    case Resource::files:
    case Resource::workflow_runs:
    case Resource::workflow_runs_without_slash:
        return {http::verb::post};
    case Resource::job:
        return {http::verb::get, http::verb::head, http::verb::delete_};
    case Resource::faults:
        return {http::verb::get, http::verb::head, http::verb::put};
    default:
        return {http::verb::get, http::verb::head};
    }
}

bool is_agenticflow(Resource resource) {
    return resource == Resource::workflow_runs || resource == Resource::workflow_runs_without_slash
           || resource == Resource::workflow_run || resource == Resource::workflow_run_list;
}

std::string_view query_value(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const std::size_t ampersand = query.find('&');
        const std::string_view pair = query.substr(0, ampersand);
        if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
            return pair.substr(name.size() + 1);
        query = ampersand == std::string_view::npos ? std::string_view() : query.substr(ampersand + 1);
    }
    return {};
}

std::optional<std::size_t> query_number(std::string_view query, std::string_view name, std::size_t min,
                                        std::size_t max, std::size_t fallback) {
    const std::string_view text = query_value(query, name);
    if (text.empty())
        return fallback;
    std::size_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || rest != text.data() + text.size() || number < min || number > max)
        return std::nullopt;
    return number;
}

std::string new_job_id() {
    return std::string(id_prefix) + random_hex(id_random_bytes);
}

} // namespace sandbox
