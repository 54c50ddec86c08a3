#include "api/reply_fields.hpp"

#include "api/api_text.hpp"
#include "base/ascii.hpp"
#include "base/plain_text.hpp"
#include "json/json_text.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace job_engine {
namespace {

namespace json = boost::json;

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

constexpr std::size_t exact_digits = 15; // that a double keeps

// Puts quotes around whole numbers of more digits.
std::string with_long_numbers_as_text(std::string_view body) {
    std::string out;
    out.reserve(body.size() + 16);
    bool in_text = false;
    for (std::size_t i = 0; i < body.size();) {
        const char c = body[i];
        if (in_text && c == '\\') {
            out += body.substr(i, 2);
            i += 2;
            continue;
        }
        if (c == '"')
            in_text = !in_text;
        const bool begins_number = !in_text && (is_digit(c) || c == '-');
        if (!begins_number) {
            out += c;
            ++i;
            continue;
        }
        auto end = i + 1;
        while (
            end < body.size()
            && (is_digit(body[end]) || std::string_view("+-.eE").find(body[end]) != std::string_view::npos))
            ++end;
        const auto number = body.substr(i, end - i);
        const bool whole = c != '-' && c != '0' && std::all_of(number.begin(), number.end(), is_digit);
        const bool is_long = whole && number.size() > exact_digits;
        out += is_long ? "\"" + std::string(number) + "\"" : std::string(number);
        i = end;
    }
    return out;
}

// Looks only where every run of more digits has one.
bool has_long_number(std::string_view body) {
    for (auto at = exact_digits; at < body.size(); at += exact_digits + 1) {
        if (!is_digit(body[at]))
            continue;
        auto begin = at;
        while (begin > 0 && is_digit(body[begin - 1]))
            --begin;
        auto end = at + 1;
        while (end < body.size() && is_digit(body[end]))
            ++end;
        if (end - begin > exact_digits)
            return true;
    }
    return false;
}

bool says_ok(std::string_view text) {
    const auto word = ascii_lower_case(trimmed(text));
    return word == "ok" || word == "success" || word == "succeed" || word == "succeeded";
}

bool is_ok_code(std::string_view code) {
    int number = -1;
    const auto parsed = std::from_chars(code.data(), code.data() + code.size(), number);
    const bool is_number = parsed.ec == std::errc{} && parsed.ptr == code.data() + code.size();
    return is_number ? number == 0 || (number >= 200 && number < 300) : says_ok(code);
}

std::string first_text_at(const json::value& document, std::initializer_list<std::string_view> pointers) {
    for (const auto pointer : pointers)
        if (auto text = text_at(document, pointer, max_json_bytes); !text.empty() && !says_ok(text))
            return text;
    return {};
}

} // namespace

std::optional<json::value> parse_document(std::string_view body, json::storage_ptr storage) {
    auto document = has_long_number(body) ? parse_json(with_long_numbers_as_text(body), std::move(storage))
                                          : parse_json(body, std::move(storage));
    return document ? std::optional(std::move(*document)) : std::nullopt;
}

std::optional<json::value> parse_reply(std::string_view body, json::storage_ptr storage) {
    auto document = parse_document(body, std::move(storage));
    if (!document || !document->is_object())
        return std::nullopt;
    return document;
}

std::optional<json::value> parse_reply(std::string_view body, const Binding& binding,
                                       const json::storage_ptr& storage) {
    auto document = parse_reply(body, storage);
    if (!document)
        return document;
    for (const auto& pointer : binding.json_in_text) {
        boost::system::error_code error;
        auto* value = document->find_pointer(pointer, error);
        if (value == nullptr || !value->is_string())
            continue;
        if (auto inner = parse_json(value->get_string(), storage))
            *value = std::move(*inner);
    }
    return document;
}

const json::value* at_pointer(const json::value& document, std::string_view pointer) {
    boost::system::error_code ec;
    return document.find_pointer(pointer, ec);
}

std::string text_of(const json::value* value, std::size_t max_bytes) {
    if (value == nullptr)
        return {};
    if (value->is_string() && value->get_string().size() <= max_bytes)
        return std::string(value->get_string());
    if (value->is_int64())
        return std::to_string(value->get_int64());
    return value->is_uint64() ? std::to_string(value->get_uint64()) : std::string();
}

std::string text_at(const json::value& document, std::string_view pointer, std::size_t max_bytes) {
    return text_of(at_pointer(document, pointer), max_bytes);
}

std::string text_at(const json::value& document, const Pointers& pointers, std::size_t max_bytes) {
    for (const auto& pointer : pointers)
        if (auto text = text_at(document, pointer, max_bytes); !text.empty())
            return text;
    return {};
}

std::optional<double> number_at(const json::value& document, const Pointers& pointers) {
    for (const auto& pointer : pointers) {
        const auto* value = at_pointer(document, pointer);
        if (value == nullptr || !value->is_number())
            continue;
        const auto number = value->to_number<double>();
        if (std::isfinite(number) && number >= 0)
            return number;
    }
    return std::nullopt;
}

std::string error_code_at(const json::value& document, const Binding& binding) {
    std::string first;
    for (const auto& pointer : binding.error_code) {
        auto code = text_at(document, pointer, max_id_bytes);
        if (binding.listed_error(code))
            return code;
        if (first.empty())
            first = std::move(code);
    }
    return first;
}

bool is_refusal(const json::value& document, const Binding& binding) {
    if (!binding.refusal)
        return false;
    const auto& fine = binding.refusal->fine;
    const auto code = text_at(document, binding.refusal->code, max_id_bytes);
    return !code.empty() && std::find(fine.begin(), fine.end(), code) == fine.end();
}

std::string usual_error_code(const json::value& document) {
    for (const auto* pointer : {"/error/code", "/error/type", "/error_code", "/failure_code", "/failureCode",
                                "/code", "/base_resp/status_code"})
        if (auto code = text_at(document, pointer, max_id_bytes); !code.empty() && !is_ok_code(code))
            return code;
    return {};
}

std::string usual_error_message(const json::value& document) {
    return first_text_at(document, {"/error", "/error/message", "/error/detail", "/error_message", "/message",
                                    "/msg", "/detail", "/failure", "/failure_reason", "/failureReason",
                                    "/failure/reason", "/failure/message", "/base_resp/status_msg"});
}

bool says_no(const json::value& document) {
    const auto* success = at_pointer(document, "/success");
    if (success != nullptr && success->is_bool() && !success->get_bool())
        return true;
    const auto base = text_at(document, "/base_resp/status_code", max_id_bytes);
    if (!base.empty() && base != "0")
        return true;
    const auto code = text_at(document, "/code", max_id_bytes);
    const auto said = text_at(document, Pointers{"/message", "/msg"}, max_json_bytes);
    // A code that the API itself calls a success is none of a refusal, whatever its number.
    return !code.empty() && !is_ok_code(code) && !said.empty() && !says_ok(said);
}

bool hints_at_job(const json::value& document) {
    for (const auto* place : {"", "/data", "/result", "/output", "/job", "/task"})
        for (const auto* name : {"/id", "/job_id", "/task_id", "/jobId", "/taskId", "/prediction_id"})
            if (!text_at(document, std::string(place) + name, max_json_bytes).empty())
                return true;
    return false;
}

} // namespace job_engine
