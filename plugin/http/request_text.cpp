#include "http/request_text.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace job_engine {
namespace {

constexpr std::size_t usual_header_bytes = 512;
constexpr std::string_view line_end = "\r\n";

} // namespace

RequestWriter::RequestWriter(std::string_view method, std::string_view target, std::string_view host,
                             Parameter parameter)
    : expects_body_(method == "POST" || method == "PUT" || method == "PATCH") {
    text_.reserve(usual_header_bytes);
    if (parameter.name.empty()) {
        append_line({method, " ", target, " HTTP/1.1"});
    } else {
        const auto* separator = target.find('?') == std::string_view::npos ? "?" : "&";
        append_line({method, " ", target, separator, parameter.name, "=", parameter.value, " HTTP/1.1"});
    }
    header("Host", host);
}

void RequestWriter::header(std::string_view name, std::string_view value) {
    append_line({name, ": ", value});
}

RequestText RequestWriter::finish(std::string_view body) && {
    end_header(body.size(), body.size());
    text_.insert(text_.end(), body.begin(), body.end());
    return std::move(text_);
}

RequestText RequestWriter::finish_before(std::uint64_t body_bytes) && {
    end_header(body_bytes, 0);
    return std::move(text_);
}

void RequestWriter::end_header(std::uint64_t body_bytes, std::size_t room) {
    if (body_bytes > 0 || expects_body_)
        header("Content-Length", std::to_string(body_bytes));
    text_.reserve(text_.size() + line_end.size() + room);
    text_.insert(text_.end(), line_end.begin(), line_end.end());
}

void RequestWriter::append_line(std::initializer_list<std::string_view> parts) {
    auto size = line_end.size();
    for (const auto& part : parts)
        size += part.size();
    const auto begin = text_.size();
    text_.resize(begin + size);
    auto* const line = text_.data() + begin;
    auto* end = line;
    for (const auto& part : parts)
        end = std::copy(part.begin(), part.end(), end);
    const std::string_view written(line, static_cast<std::size_t>(end - line));
    for (const char ends_line : {'\r', '\n', '\0'})
        if (written.find(ends_line) != std::string_view::npos)
            throw std::invalid_argument("a request's line would be broken");
    std::copy(line_end.begin(), line_end.end(), end);
}

} // namespace job_engine
