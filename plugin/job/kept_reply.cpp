#include "job/kept_reply.hpp"

#include "api/reply_fields.hpp"
#include "base/plain_text.hpp"
#include "json/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <utility>

namespace job_engine {
namespace {

namespace json = boost::json;

constexpr std::size_t max_small_reply_bytes = std::size_t{4} << 10;
constexpr std::size_t max_header_bytes = std::size_t{2} << 10;

// How much of a reply is kept: what is longer is cut. The first is as long as an address may be.
struct Lengths {
    std::size_t text;
    std::size_t list;
};
constexpr std::array<Lengths, 4> lengths{{{2048, 64}, {512, 16}, {256, 8}, {128, 4}}};

json::object mark_of_cut(std::string shown) {
    return {{"cut", std::move(shown)}};
}

json::value shortened(const json::value& value, // NOLINT(misc-no-recursion): as deep as parse_json allows
                      const Lengths& most) {
    constexpr std::size_t shown_bytes = 32;
    if (const auto* text = value.if_string())
        return text->size() <= most.text ? value : mark_of_cut(plain_text(*text, shown_bytes));
    if (const auto* array = value.if_array()) {
        json::array out;
        for (const auto& element : *array) {
            if (out.size() == most.list) {
                out.push_back(mark_of_cut(std::to_string(array->size() - most.list) + " more"));
                break;
            }
            out.push_back(shortened(element, most));
        }
        return out;
    }
    const auto* object = value.if_object();
    if (object == nullptr)
        return value;
    json::object out;
    for (const auto& member : *object)
        out[member.key()] = shortened(member.value(), most);
    return out;
}

std::string text_of_reply(const HttpReply& reply, std::string_view body) {
    json::object out{{"status", reply.status}};
    const auto add_header = [&](const char* name, const std::string& value) {
        if (!value.empty() && value.size() <= max_header_bytes && is_printable_ascii(value))
            out[name] = value;
    };
    add_header("location", reply.location);
    add_header("request_id", reply.request_id);
    if (!body.empty())
        out["body"] = body;
    return json::serialize(out);
}

// Empty: what can be cut of it does not suffice.
std::string kept_within(const HttpReply& reply, std::size_t most_bytes) {
    if (auto whole = text_of_reply(reply, plain_text(reply.body)); whole.size() <= most_bytes)
        return whole;
    if (const auto document = parse_reply(reply.body))
        for (const auto& most : lengths)
            if (auto kept = text_of_reply(reply, plain_text(json::serialize(shortened(*document, most))));
                kept.size() <= most_bytes)
                return kept;
    return {};
}

} // namespace

bool may_name_job(const HttpReply& reply) {
    const auto document = parse_reply(reply.body);
    return document && !document->get_object().empty();
}

std::string kept_reply(const HttpReply& reply) {
    auto kept = kept_within(reply, max_kept_reply_bytes);
    return !kept.empty() ? kept : text_of_reply(reply, {}); // of no use but for its Location
}

std::string kept_small_reply(const HttpReply& reply) {
    return kept_within(reply, max_small_reply_bytes);
}

std::optional<HttpReply> read_kept_reply(std::string_view kept) {
    const auto document = parse_json(kept);
    if (!document || !document->is_object())
        return std::nullopt;
    const auto& object = document->get_object();
    const auto* status = object.if_contains("status");
    if (status == nullptr || !status->is_int64() || status->get_int64() < 100 || status->get_int64() > 999)
        return std::nullopt;
    HttpReply reply;
    reply.status = static_cast<int>(status->get_int64());
    const auto read = [&](const char* name, std::string& member) {
        if (const auto* text = object.if_contains(name); text != nullptr && text->is_string())
            member = text->get_string();
    };
    read("location", reply.location);
    read("request_id", reply.request_id);
    read("body", reply.body);
    if (!is_printable_ascii(reply.location) || !is_printable_ascii(reply.request_id))
        return std::nullopt;
    return reply;
}

} // namespace job_engine
