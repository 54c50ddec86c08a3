#include "text/price.hpp"

#include "text/json_text.hpp"

#include <cmath>
#include <iomanip>
#include <sstream>

namespace cli {

namespace json = boost::json;

Price read_price(std::string_view price_json) {
    const json::value price = parse_or_null(price_json);
    const auto amount = [&](const char* name) -> std::optional<double> {
        const json::value* value = price.is_object() ? price.get_object().if_contains(name) : nullptr;
        if (value == nullptr || !value->is_number() || value->to_number<double>() < 0)
            return std::nullopt;
        return value->to_number<double>();
    };
    return {amount("credits"), amount("us_dollars")};
}

Price sum_of(const Price& one, const Price& other) {
    const auto sum = [](const std::optional<double>& a, const std::optional<double>& b) {
        return a && b ? std::optional(*a + *b) : a ? a : b;
    };
    return {sum(one.credits, other.credits), sum(one.us_dollars, other.us_dollars)};
}

std::string price_text(const Price& price) {
    std::ostringstream text;
    if (price.credits)
        text << std::setprecision(12) << *price.credits << (*price.credits == 1 ? " credit" : " credits");
    if (price.us_dollars) {
        const double cents = *price.us_dollars * 100;
        if (std::abs(std::round(cents) - cents) < 1e-6) // a sum of dimes is not exact
            text << std::fixed << std::setprecision(2);
        text << (price.credits ? " ($" : "$") << *price.us_dollars << (price.credits ? ")" : "");
    }
    return text.str();
}

} // namespace cli
