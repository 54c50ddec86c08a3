#include "json_text.hpp"
#include "secret.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <new>
#include <string>

namespace pixelml {
namespace {

// A place for one object whose memory can be looked at after the object's end.
template <class T>
struct Place {
    alignas(T) std::array<unsigned char, sizeof(T)> bytes{};
};

TEST(Secret, HoldsItsText) {
    const Secret secret("k\0y");
    EXPECT_EQ(secret.view(), "k");
    EXPECT_EQ(Secret(std::string_view("k\0y", 3)).view().size(), 3U);
    EXPECT_TRUE(Secret().empty());
    EXPECT_FALSE(secret.empty());
    const auto copy = secret;
    EXPECT_EQ(copy.view(), secret.view());
}

TEST(Secret, DoesNotKeepAShortTextInsideItsObject) {
    const Secret secret("s3cret");
    const auto* object = static_cast<const char*>(static_cast<const void*>(&secret));
    const auto* text = secret.view().data();
    EXPECT_FALSE(std::less_equal<>{}(object, text) && std::less<>{}(text, object + sizeof secret));
}

// The allocators wipe before they give memory back; what they give it back to is replaced here by an
// arena, whose memory may be read afterwards.
TEST(WipingResource, IsUsedForAllOfAParsedText) {
    WipingResource resource;
    const boost::json::memory_resource& base = resource;
    EXPECT_TRUE(base.is_equal(resource));
    EXPECT_FALSE(base.is_equal(WipingResource()));
    const auto value = parse_json(R"({"api_key": "a long enough text to be allocated"})", &resource);
    ASSERT_TRUE(value);
    EXPECT_EQ(value->storage().get(), &resource);
    EXPECT_EQ(value->as_object().at("api_key").as_string().storage().get(), &resource);
}

} // namespace
} // namespace pixelml
