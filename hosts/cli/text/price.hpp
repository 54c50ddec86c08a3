#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cli {

// What a run costs by the service's list; see price_json in node.h.
struct Price {
    std::optional<double> credits;
    std::optional<double> us_dollars;

    bool is_known() const noexcept { return credits || us_dollars; }
};

// What cannot be read is not known.
Price read_price(std::string_view price_json);

// Of what is known.
Price sum_of(const Price& one, const Price& other);

// "4 credits ($0.10)"; empty: not known.
std::string price_text(const Price& price);

} // namespace cli
