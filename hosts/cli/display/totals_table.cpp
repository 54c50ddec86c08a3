#include "display/totals_table.hpp"

#include "text/text_layout.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace cli {

namespace {

constexpr std::size_t day_columns = 10;
constexpr std::size_t narrowest_model = 8;
constexpr std::array<std::size_t, 5> number_columns{6, 6, 7, 6, 6};
constexpr std::size_t column_gap = 2;

std::size_t fixed_columns() {
    std::size_t columns = day_columns + column_gap;
    for (const std::size_t width : number_columns)
        columns += column_gap + width;
    return columns;
}

std::string row_of(const std::string& day, const std::string& model, std::size_t model_columns, bool utf8,
                   const std::array<std::string, 5>& numbers) {
    const std::string between(column_gap, ' ');
    std::string line =
        pad(day, day_columns) + between + pad(truncate(model, model_columns, utf8), model_columns);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const std::size_t width = std::max(number_columns[i], numbers[i].size());
        line += between + std::string(width - numbers[i].size(), ' ') + numbers[i];
    }
    return line + "\n";
}

std::array<std::string, 5> numbers_of(const durable::RunTotals& totals) {
    return {std::to_string(totals.runs), std::to_string(totals.charged),
            std::to_string(totals.charge_unknown), std::to_string(totals.not_charged),
            std::to_string(totals.nothing_known())};
}

} // namespace

std::string totals_table(const std::vector<durable::RunTotals>& totals, std::size_t columns, bool utf8) {
    durable::RunTotals sum;
    std::size_t widest = narrowest_model;
    for (const durable::RunTotals& one : totals) {
        widest = std::max(widest, display_width(printable(one.model)));
        sum.runs += one.runs;
        sum.charged += one.charged;
        sum.charge_unknown += one.charge_unknown;
        sum.not_charged += one.not_charged;
    }
    const std::size_t room = columns > fixed_columns() ? columns - fixed_columns() : 0;
    const std::size_t model_columns = std::min(widest, std::max(room, narrowest_model));
    std::string table =
        row_of("DAY", "MODEL", model_columns, utf8, {"RUNS", "BILLED", "UNKNOWN", "NOT", "-"});
    for (const durable::RunTotals& one : totals)
        table += row_of(one.day, printable(one.model), model_columns, utf8, numbers_of(one));
    return table + row_of("all", "", model_columns, utf8, numbers_of(sum));
}

std::string totals_line(const durable::RunTotals& totals) {
    return wfn::valid_utf8(
               boost::json::serialize(boost::json::object{{"day", totals.day},
                                                          {"model", totals.model},
                                                          {"runs", totals.runs},
                                                          {"charged_yes", totals.charged},
                                                          {"charged_unknown", totals.charge_unknown},
                                                          {"charged_no", totals.not_charged},
                                                          {"nothing_known", totals.nothing_known()}}))
           + "\n";
}

} // namespace cli
