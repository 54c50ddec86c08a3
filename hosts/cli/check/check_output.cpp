#include "check/check_output.hpp"

#include "text/text_layout.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace cli::check {

namespace json = boost::json;

namespace {

constexpr std::size_t columns = 80;
constexpr std::size_t test_columns = 20;
constexpr std::size_t outcome_columns = 9;

std::string row(const std::string& test, const std::string& outcome, const std::string& text) {
    return wrap(pad(test, test_columns) + pad(outcome, outcome_columns), text, columns);
}

} // namespace

void Counts::add(const Finding& finding) {
    ++(finding.outcome == "passed" ? passed : finding.outcome == "failed" ? failed : skipped);
}

std::string table_heading() {
    return row("TEST", "OUTCOME", "WHAT WAS SEEN");
}

std::string table_row(const Finding& finding) {
    std::string text = row(finding.test, finding.outcome, finding.seen);
    if (!finding.advice.empty())
        text += row("", "To do:", finding.advice);
    return text;
}

std::string table_end(const Counts& counts) {
    return "\n" + std::to_string(counts.passed) + " passed, " + std::to_string(counts.failed) + " failed, "
           + std::to_string(counts.skipped) + " skipped.\n";
}

std::string test_event(const Finding& finding) {
    json::object event{
        {"event", "test"}, {"test", finding.test}, {"outcome", finding.outcome}, {"seen", finding.seen}};
    if (!finding.advice.empty())
        event["advice"] = finding.advice;
    return json::serialize(event) + "\n";
}

std::string end_event(const Counts& counts) {
    return json::serialize(json::object{{"event", "result"},
                                        {"outcome", counts.failed == 0 ? "passed" : "failed"},
                                        {"passed", counts.passed},
                                        {"failed", counts.failed},
                                        {"skipped", counts.skipped}})
           + "\n";
}

} // namespace cli::check
