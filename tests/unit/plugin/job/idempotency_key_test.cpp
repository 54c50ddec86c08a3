#include "job/idempotency_key.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace job_engine {
namespace {

TEST(IdempotencyKey, IsTheSameForTheSameRun) {
    const HexDigest digest(sha256("inputs"));
    EXPECT_EQ(idempotency_key("run", digest, 0), idempotency_key("run", digest, 0));
}

TEST(IdempotencyKey, DiffersWithRunInputsAndGeneration) {
    const HexDigest digest(sha256("inputs"));
    const HexDigest other(sha256("other inputs"));
    std::set<HexDigest> keys;
    for (const auto& each : {digest, other})
        for (const auto* run : {"run", "run2", "", "1/run"})
            for (const int generation : {0, 1, 11})
                keys.insert(idempotency_key(run, each, generation));
    EXPECT_EQ(keys.size(), 2U * 4U * 3U);
}

TEST(IdempotencyKey, ARunWithoutANameGetsARandomOne) {
    std::set<std::string> names;
    for (int i = 0; i < 100; ++i)
        names.insert(random_run_key());
    EXPECT_EQ(names.size(), 100U);
    EXPECT_EQ(names.begin()->size(), 15U);
}

} // namespace
} // namespace job_engine
