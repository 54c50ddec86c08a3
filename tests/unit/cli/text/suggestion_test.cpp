#include "text/suggestion.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

TEST(Suggestion, CountsEdits) {
    EXPECT_EQ(edit_distance("prompt", "prompt"), 0u);
    EXPECT_EQ(edit_distance("promt", "prompt"), 1u);
    EXPECT_EQ(edit_distance("pormpt", "prompt"), 1u);
    EXPECT_EQ(edit_distance("", "abc"), 3u);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Suggestion, FindsWhatWasMeant) {
    const std::vector<std::string> names{"prompt", "image", "negative_prompt", "size"};
    EXPECT_EQ(nearest("promt", names), "prompt");
    EXPECT_EQ(nearest("imgae", names), "image");
    EXPECT_EQ(nearest("negative", names), "negative_prompt");
    EXPECT_EQ(nearest("colour", names), "");
    EXPECT_EQ(nearest(std::string(100000, 'x'), names), "");
    EXPECT_EQ(did_you_mean("promt", names), " Did you mean \"prompt\"?");
    EXPECT_EQ(did_you_mean("colour", names), "");
}

} // namespace
} // namespace cli
