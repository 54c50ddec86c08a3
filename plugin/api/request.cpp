#include "api/request.hpp"

#include "api/body_template.hpp"
#include "http/url.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace job_engine {
namespace {

void replace_all(std::string& text, std::string_view what, std::string_view with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
}

// Fills {name}, percent-encoded as one segment, and {+name}, which keeps its slashes.
std::string with_value(std::string path, const std::string& name, std::string_view value) {
    // As the places of inputs are filled, whose braces are doubled.
    for (const auto* sign : {"", "+"}) {
        const auto place = "{" + (sign + name) + "}";
        if (path.find(place) != std::string::npos)
            replace_all(path, place, with_place_in_path("{" + place + "}", name, value));
    }
    return path;
}

Headers headers_of(const Binding& binding, const Headers& own) {
    auto headers = binding.headers;
    headers.insert(headers.end(), own.begin(), own.end());
    return headers;
}

} // namespace

std::string run_marker(std::string_view key) {
    return std::string(run_marker_prefix)
           + std::string(key.substr(0, run_marker_bytes - run_marker_prefix.size()));
}

HttpRequest submit_request(const Binding& binding, std::string_view base_path, const SubmitContent& content,
                           std::string_view idempotency_key) {
    HttpRequest request;
    request.purpose = "submit";
    request.method = binding.submit.method;
    request.target = std::string(base_path);
    request.target += content.path.empty() ? std::string_view(binding.submit.path) : content.path;
    request.headers = headers_of(binding, binding.submit.headers);
    if (!binding.idempotency_header.empty())
        request.headers.emplace_back(binding.idempotency_header, idempotency_key);
    request.body = content.body;
    if (binding.submit.names_run) {
        replace_all(request.body, run_marker(content.key_place), run_marker(idempotency_key));
        replace_all(request.body, content.key_place, idempotency_key);
    }
    return request;
}

std::string job_target(const JobRequest& request, std::string_view base_path, std::string_view own_target,
                       std::string_view job_id, const KeptValues& kept) {
    if (!own_target.empty())
        return std::string(own_target);
    auto path = with_value(request.path, "id", job_id);
    for (const auto& [name, value] : kept)
        path = with_value(std::move(path), name, value);
    return std::string(base_path) + path;
}

HttpRequest job_request(const JobRequest& request, const Binding& binding, std::string target,
                        std::string_view job_id, LongPoll long_poll) {
    HttpRequest out;
    out.purpose = request.purpose;
    out.method = request.method;
    out.may_be_repeated = request.method == "GET";
    out.target = std::move(target);
    out.headers = headers_of(binding, request.headers);
    if (long_poll == LongPoll::yes && request.prefer_wait_seconds > 0)
        out.headers.emplace_back("Prefer", "wait=" + std::to_string(request.prefer_wait_seconds));
    if (request.body)
        out.body = boost::json::serialize(fill_template(*request.body, {{"id", job_id}}));
    return out;
}

} // namespace job_engine
