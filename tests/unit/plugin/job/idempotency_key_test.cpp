#include "job/flow_story.hpp"
#include "job/idempotency_key.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace pixelml {
namespace {

TEST(IdempotencyKey, IsTheSameForTheSameRun) {
    const auto digest = input_digest(testing::example_input());
    EXPECT_EQ(idempotency_key("run", digest, 0), idempotency_key("run", digest, 0));
}

TEST(IdempotencyKey, DiffersWithRunInputsAndGeneration) {
    const auto digest = input_digest(testing::example_input());
    auto input = testing::example_input();
    input.prompt_optimizer = std::nullopt;
    const auto other = input_digest(input);
    std::set<HexDigest> keys;
    for (const auto& each : {digest, other})
        for (const auto* run : {"run", "run2", "", "1/run"})
            for (const int generation : {0, 1, 11})
                keys.insert(idempotency_key(run, each, generation));
    EXPECT_EQ(keys.size(), 2U * 4U * 3U);
}

TEST(IdempotencyKey, DigestCoversEveryInput) {
    const auto digest_with = [](auto change) {
        auto input = testing::example_input();
        change(input);
        return input_digest(input);
    };
    const std::set<HexDigest> digests{
        digest_with([](Input&) {}),
        digest_with([](Input& input) { input.model = "Pixel S"; }),
        digest_with([](Input& input) { input.prompt += "."; }),
        digest_with([](Input& input) { input.image += "?"; }),
        digest_with([](Input& input) { input.negative_prompt = std::nullopt; }),
        digest_with([](Input& input) { input.negative_prompt = "null"; }),
        digest_with([](Input& input) { input.size = std::nullopt; }),
        digest_with([](Input& input) { input.prompt_optimizer = false; }),
        digest_with([](Input& input) { input.prompt_optimizer = std::nullopt; }),
    };
    EXPECT_EQ(digests.size(), 9U);
}

TEST(IdempotencyKey, ARunWithoutANameGetsARandomOne) {
    std::set<std::string> names;
    for (int i = 0; i < 100; ++i)
        names.insert(random_run_key());
    EXPECT_EQ(names.size(), 100U);
    EXPECT_EQ(names.begin()->size(), 32U);
}

} // namespace
} // namespace pixelml
