#include "check/report.hpp"

#include "posix/files.hpp"
#include "text/json_text.hpp"
#include "text/text_layout.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <sstream>

namespace cli::check {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_text = 600; // bytes of what a module said

// Fit for a line of JSON and for a terminal, whatever the module wrote.
std::string tame(const std::string& text) {
    return printable(text.size() <= longest_text ? text : text.substr(0, longest_text) + " ...");
}

void tell(int fd, const json::object& line) {
    static_cast<void>(write_all(fd, json::serialize(line) + "\n"));
}

} // namespace

void Report::begin(const std::string& test) {
    test_ = test;
    tell(fd_, {{"begin", test}});
}

void Report::step(const std::string& what) {
    tell(fd_, {{"step", what}});
}

void Report::pass(const std::string& seen) {
    finish("passed", seen, "");
}

void Report::fail(const std::string& seen, const std::string& advice) {
    finish("failed", seen, advice);
}

void Report::skip(const std::string& why) {
    finish("skipped", why, "");
}

void Report::finish(const char* outcome, const std::string& seen, const std::string& advice) {
    tell(fd_, {{"test", test_}, {"outcome", outcome}, {"seen", tame(seen)}, {"advice", tame(advice)}});
}

void Report::usual_time(std::chrono::milliseconds time) {
    tell(fd_, {{"usual_ms", time.count()}});
}

void Report::refuse(int exit_code, const std::string& message) {
    tell(fd_, {{"refused", exit_code}, {"message", tame(message)}});
}

Heard understand(const std::string& lines) {
    Heard heard;
    std::istringstream stream(lines);
    for (std::string line; std::getline(stream, line);) {
        const json::value parsed = parse_or_null(line);
        if (!parsed.is_object())
            continue;
        const json::object& told = parsed.get_object();
        if (told.contains("begin")) {
            heard.unfinished = text_member(told, "begin");
            heard.step.clear();
        } else if (told.contains("step")) {
            heard.step = text_member(told, "step");
        } else if (told.contains("test")) {
            heard.findings.push_back({text_member(told, "test"), text_member(told, "outcome"),
                                      text_member(told, "seen"), text_member(told, "advice")});
            heard.unfinished.clear();
        } else if (const json::value* time = told.if_contains("usual_ms"); time && time->is_int64()) {
            heard.usual = std::chrono::milliseconds(time->get_int64());
        } else if (const json::value* code = told.if_contains("refused"); code && code->is_int64()) {
            heard.refused = static_cast<int>(code->get_int64());
            heard.refusal = text_member(told, "message");
        }
    }
    return heard;
}

} // namespace cli::check
