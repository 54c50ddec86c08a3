#include "api/example_parts.hpp"

#include "api/api_text.hpp"
#include "base/ascii.hpp"

#include <boost/json/serialize.hpp>

#include <string_view>
#include <utility>

namespace job_engine {
namespace {

namespace json = boost::json;

std::string shown(const json::value* value) {
    return value == nullptr ? "nothing" : presentable(json::serialize(*value), 200);
}

bool is_equal(const std::string& name, const json::value& expected, const json::value* found) {
    if (found == nullptr)
        return false;
    if (name == "message")
        return std::string_view(found->as_string()).find(expected.as_string()) != std::string_view::npos;
    if (expected.is_number() && found->is_number())
        return expected.to_number<double>() == found->to_number<double>();
    return expected == *found;
}

} // namespace

HttpReply reply_of(const json::object& example) {
    HttpReply reply;
    const auto* status = example.if_contains("status");
    reply.status = status != nullptr ? static_cast<int>(status->as_int64()) : 200;
    if (const auto* body = example.if_contains("body"))
        reply.body = body->is_string() ? std::string(body->get_string()) : json::serialize(*body);
    if (const auto* headers = example.if_contains("headers"))
        for (const auto& header : headers->as_object())
            if (ascii_equal_ignoring_case(std::string_view(header.key()), "location"))
                reply.location = header.value().as_string();
    return reply;
}

void compare(const json::object& expected, const json::object& found, const std::string& path,
             const std::string& title, std::vector<Violation>& faults) {
    for (const auto& member : expected) {
        const std::string name(member.key());
        std::string place = path;
        place.append("/").append(name);
        if (!is_equal(name, member.value(), found.if_contains(name)))
            faults.push_back({std::move(place), "of \"" + title + "\" is " + shown(&member.value())
                                                    + ", but what is described here reads "
                                                    + shown(found.if_contains(name))});
    }
}

} // namespace job_engine
