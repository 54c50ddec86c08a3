#include "job/api_service.hpp"
#include "job/flow_story.hpp"

#include <gtest/gtest.h>

namespace job_engine::testing {
namespace {

TEST(ApiService, ASpendingLimitMakesNoServiceAndNoCountOfItsOwn) {
    const auto plain = connection_with();
    const auto limited = connection_with(R"("max_submits_per_hour": 3)");
    EXPECT_EQ(service_key(*plain), service_key(*limited));
    EXPECT_EQ(account_key(*plain), account_key(*limited));
}

TEST(ApiService, AnAccountIsTheSameWhateverElseItsConnectionsSay) {
    const auto plain = connection_with();
    for (const auto* more : {R"("max_running": 3)", R"("max_connections": 3)", R"("ca_file": "/ca.pem")",
                             R"("proxy": "http://proxy:3128")"}) {
        const auto other = connection_with(more);
        EXPECT_NE(service_key(*plain), service_key(*other)) << more;
        EXPECT_EQ(account_key(*plain), account_key(*other)) << more;
    }
    EXPECT_NE(account_key(*plain), account_key(*connection_with(R"("base_url": "https://api.example")")));
}

} // namespace
} // namespace job_engine::testing
