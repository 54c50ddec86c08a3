#include "api/request.hpp"

#include "http/url.hpp"

#include <utility>

namespace job_engine {
namespace {

std::string path_of_job(std::string path, std::string_view job_id) {
    constexpr std::string_view placeholder = "{id}";
    if (const auto at = path.find(placeholder); at != std::string::npos)
        path.replace(at, placeholder.size(), percent_encoded_segment(job_id));
    return path;
}

} // namespace

HttpRequest submit_request(const Binding& binding, std::string_view base_path, std::string body,
                           std::string_view idempotency_key) {
    HttpRequest request;
    request.method = binding.submit_method;
    request.target = std::string(base_path) + binding.submit_path;
    request.headers = binding.headers;
    if (!binding.idempotency_header.empty())
        request.headers.emplace_back(binding.idempotency_header, idempotency_key);
    request.body = std::move(body);
    return request;
}

std::string job_target(const JobRequest& request, std::string_view base_path, std::string_view own_target,
                       std::string_view job_id) {
    return own_target.empty() ? std::string(base_path) + path_of_job(request.path, job_id)
                              : std::string(own_target);
}

HttpRequest job_request(const JobRequest& request, const Binding& binding, std::string target,
                        LongPoll long_poll) {
    HttpRequest out;
    out.method = request.method;
    out.may_be_repeated = request.method == "GET";
    out.target = std::move(target);
    out.headers = binding.headers;
    if (long_poll == LongPoll::yes && request.prefer_wait_seconds > 0)
        out.headers.emplace_back("Prefer", "wait=" + std::to_string(request.prefer_wait_seconds));
    return out;
}

} // namespace job_engine
