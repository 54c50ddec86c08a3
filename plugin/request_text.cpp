#include "request_text.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace pixelml {
namespace {

constexpr std::size_t usual_header_bytes = 512;
constexpr std::string_view line_end = "\r\n";

} // namespace

RequestWriter::RequestWriter(std::string_view method, std::string_view target, std::string_view host) {
    text_.reserve(usual_header_bytes);
    append_checked(method);
    append(" ");
    append_checked(target);
    append(" HTTP/1.1\r\n");
    header("Host", host);
}

void RequestWriter::header(std::string_view name, std::string_view value) {
    append_checked(name);
    append(": ");
    append_checked(value);
    append(line_end);
}

RequestText RequestWriter::finish(std::string_view body) && {
    if (!body.empty())
        header("Content-Length", std::to_string(body.size()));
    text_.reserve(text_.size() + line_end.size() + body.size());
    append(line_end);
    append(body);
    return std::move(text_);
}

void RequestWriter::append(std::string_view text) {
    text_.insert(text_.end(), text.begin(), text.end());
}

void RequestWriter::append_checked(std::string_view text) {
    bool ends_line = false;
    for (const char c : text) // to the end: the compiler makes a few wide steps of it
        ends_line |= c == '\r' || c == '\n' || c == '\0';
    if (ends_line)
        throw std::invalid_argument("a request's line would be broken");
    append(text);
}

} // namespace pixelml
