#include "job/output.hpp"

#include "api/api_text.hpp"
#include "http/url.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <utility>

namespace job_engine {
namespace {

constexpr std::size_t max_shown_bytes = 200;
constexpr std::size_t max_detail_bytes = std::size_t{32} << 10;
constexpr std::size_t max_reply_bytes = std::size_t{8} << 10;

Error unusable(std::string message) {
    auto error = make_error(ErrorCode::invalid_api_response, std::move(message));
    error.charged = Charged::yes;
    return error;
}

} // namespace

Violation detail_of_reply(const std::string& path, std::string_view reply) {
    return {path, "the reply: " + presentable(reply, max_reply_bytes)};
}

Result<std::string> make_output(const std::string& url, const Node& node, bool allow_loopback_http,
                                const std::string& path, std::string_view reply) {
    const std::string product(node.type.product);
    if (url.empty()) {
        auto error = unusable("The API calls the job done, but its reply holds no " + product + ".");
        if (!reply.empty())
            error.details = {detail_of_reply(path, reply)};
        return error;
    }
    if (const auto fault = media_url_fault(url, allow_loopback_http)) {
        auto error = unusable("The API calls the job done, but the " + product + "'s URL " + *fault + ": "
                              + presentable(url, max_shown_bytes));
        error.details = {{path, *fault + ": " + presentable(url, max_detail_bytes)}};
        return error;
    }
    const boost::json::value output(boost::json::object{{node.type.media_output, url}});
    if (auto details = node.output.validate(output); !details.empty()) {
        auto error = unusable("The API calls the job done, but the output does not match the output schema: "
                              + presentable(url, max_shown_bytes));
        error.details = std::move(details);
        error.details.push_back({path, "the " + product + ": " + presentable(url, max_detail_bytes)});
        return error;
    }
    return boost::json::serialize(output);
}

} // namespace job_engine
