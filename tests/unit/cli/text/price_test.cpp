#include "text/price.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

TEST(Price, IsSaidInCreditsAndDollars) {
    EXPECT_EQ(price_text(read_price(R"({"credits": 4, "us_dollars": 0.1})")), "4 credits ($0.10)");
    EXPECT_EQ(price_text(read_price(R"({"credits": 1})")), "1 credit");
    EXPECT_EQ(price_text(read_price(R"({"us_dollars": 0.025})")), "$0.025");
}

TEST(Price, IsNotKnownWhereItCannotBeRead) {
    for (const char* json :
         {"", "null", "4", "{}", R"({"credits": "4"})", R"({"credits": -1})", R"({"us_dollars": null})"})
        EXPECT_FALSE(read_price(json).is_known()) << json;
    EXPECT_EQ(price_text(read_price("null")), "");
}

TEST(Price, IsSummedAsFarAsItIsKnown) {
    Price sum;
    for (int i = 0; i < 198; ++i)
        sum = sum_of(sum, read_price(R"({"credits": 4, "us_dollars": 0.1})"));
    EXPECT_EQ(price_text(sum), "792 credits ($19.80)");
    EXPECT_EQ(price_text(sum_of(sum, Price{})), "792 credits ($19.80)");
    EXPECT_EQ(price_text(sum_of(Price{}, read_price(R"({"credits": 2000000})"))), "2000000 credits");
}

} // namespace
} // namespace cli
