#include "display/run_table.hpp"

#include "text/text_layout.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace cli {

namespace json = boost::json;

namespace {

constexpr std::size_t narrowest_key = 10;
constexpr std::size_t state_columns = 11; // "interrupted"
constexpr std::size_t age_columns = 6;    // "59 min"
constexpr std::size_t charged_columns = 7;
constexpr std::size_t min_job = 8;
constexpr std::size_t gap = 2;
constexpr std::size_t other_columns =
    gap + state_columns + gap + age_columns + gap + charged_columns + gap + min_job;

json::value text_or_null(const std::optional<std::string>& text) {
    return text ? json::value(*text) : json::value();
}

} // namespace

std::string age_text(std::int64_t age_ms) {
    const std::int64_t seconds = std::max<std::int64_t>(age_ms, 0) / 1000;
    if (seconds < 60)
        return std::to_string(seconds) + " s";
    if (seconds < 3600)
        return std::to_string(seconds / 60) + " min";
    return seconds < 172800 ? std::to_string(seconds / 3600) + " h" : std::to_string(seconds / 86400) + " d";
}

std::string charged_word(const durable::RunSummary& run) {
    if (run.charged)
        return *run.charged;
    return run.state != durable::RunState::succeeded && run.job_id ? "unknown" : "-";
}

RunTable::RunTable(std::size_t max_key, std::size_t columns, bool utf8)
    : key_columns_(std::clamp(
        max_key, narrowest_key,
        std::max(narrowest_key, columns > other_columns ? columns - other_columns : narrowest_key))),
      columns_(columns), utf8_(utf8) {}

std::string RunTable::heading() const {
    return line("KEY", "STATE", "AGE", "CHARGED", "JOB");
}

std::string RunTable::row(const durable::RunSummary& run, std::int64_t now_ms) const {
    return line(printable(run.run_key), to_string(run.state), age_text(now_ms - run.created_ms),
                printable(charged_word(run)), printable(run.job_id.value_or("-")));
}

std::string RunTable::line(const std::string& key, const std::string& state, const std::string& age,
                           const std::string& charged, const std::string& job) const {
    const std::string between(gap, ' ');
    const std::string whole = pad(truncate(key, key_columns_, utf8_), key_columns_) + between
                              + pad(state, state_columns) + between + pad(age, age_columns) + between
                              + pad(charged, charged_columns) + between + job;
    return truncate(whole, std::max(columns_, key_columns_ + other_columns), utf8_) + "\n";
}

std::string run_line(const durable::RunSummary& run, std::int64_t now_ms) {
    return json::serialize(json::object{{"run_key", run.run_key},
                                        {"state", to_string(run.state)},
                                        {"age_ms", now_ms - run.created_ms},
                                        {"created_ms", run.created_ms},
                                        {"updated_ms", run.updated_ms},
                                        {"job_id", text_or_null(run.job_id)},
                                        {"charged", text_or_null(run.charged)},
                                        {"collectable", run.collectable},
                                        {"module", run.module},
                                        {"action", run.action}})
           + "\n";
}

} // namespace cli
