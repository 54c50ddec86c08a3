#include "image/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using image::Attempt;
using image::Facts;
using image::Format;
using image::Header;
using image::Plan;
using image::Request;

const Request jpeg_or_png{{"image/jpeg", "image/png"}, 10 << 20, 4096};

Facts photo(Format format = Format::jpeg) {
    Header header;
    header.width = 4032;
    header.height = 3024;
    return {format, 2 << 20, header, false};
}

Facts changed(void (*change)(Facts&)) {
    Facts facts = photo();
    change(facts);
    return facts;
}

TEST(Plan, KeepsWhatNeedsNoChange) {
    EXPECT_EQ(decide(photo(), jpeg_or_png).kind, Plan::Kind::keep);
    EXPECT_EQ(decide(photo(Format::png), jpeg_or_png).kind, Plan::Kind::keep);
    EXPECT_EQ(decide(photo(), {}).kind, Plan::Kind::keep);
    EXPECT_EQ(describe(photo(), decide(photo(), jpeg_or_png)), "JPEG, 4032 x 3024, 2.0 MiB: as it is");
}

TEST(Plan, ConvertsAFormatThatIsNotTaken) {
    const Plan plan = decide(photo(Format::heic), jpeg_or_png);
    EXPECT_EQ(plan.kind, Plan::Kind::convert);
    EXPECT_EQ(plan.to, Format::jpeg);
    EXPECT_EQ(plan.attempts.front(), (Attempt{4032, 90}));
    EXPECT_EQ(describe(photo(Format::heic), plan), "HEIC, 4032 x 3024, 2.0 MiB: converted to JPEG");
    EXPECT_EQ(decide(photo(), {{"image/png"}, 0, 0}).to, Format::png);
    EXPECT_EQ(decide(photo(), {{"image/webp"}, 0, 0}).to, Format::webp);
    EXPECT_EQ(decide(photo(), {{"image/webp", "image/jpeg"}, 0, 0}).kind, Plan::Kind::keep);
}

TEST(Plan, ConvertsForEachReason) {
    using testing::ElementsAre;
    const auto changes = [](void (*change)(Facts&)) { return decide(changed(change), jpeg_or_png).changes; };
    EXPECT_THAT(changes([](Facts& of) { of.header->orientation = 6; }), ElementsAre("turned upright"));
    EXPECT_THAT(changes([](Facts& of) { of.header->is_cmyk = true; }), ElementsAre("from CMYK to sRGB"));
    EXPECT_THAT(changes([](Facts& of) { of.is_wide_gamut = true; }),
                ElementsAre("its colours brought to sRGB"));
    EXPECT_THAT(changes([](Facts& of) { of.header->is_deep = true; }),
                ElementsAre("to 8 bits for each colour"));
    EXPECT_THAT(changes([](Facts& of) { of.header->has_alpha = true; }),
                ElementsAre("what is transparent made white"));
    EXPECT_THAT(changes([](Facts& of) { of.header->frames = 12; }), ElementsAre("the first of 12 frames"));
    EXPECT_THAT(changes([](Facts& of) { of.header->has_place = true; }),
                ElementsAre("without the place where it was taken"));
    EXPECT_THAT(changes([](Facts& of) { of.header->width = 4097; }), ElementsAre("shrunk to 4096 pixels"));
    EXPECT_THAT(changes([](Facts& of) { of.bytes = (10 << 20) + 1; }),
                ElementsAre("made to fit into 10.0 MiB"));
}

TEST(Plan, LeavesTransparencyToAServiceThatTakesNoJpeg) {
    Facts facts = photo(Format::png);
    facts.header->has_alpha = true;
    EXPECT_EQ(decide(facts, {{"image/png"}, 0, 0}).kind, Plan::Kind::keep);
}

TEST(Plan, WritesNoImageOfMoreThan4096Pixels) {
    Facts facts = photo(Format::heic);
    facts.header->width = 9000;
    const Plan plan = decide(facts, {{"image/jpeg"}, 0, 8000});
    EXPECT_THAT(plan.attempts, testing::ElementsAre(Attempt{4096, 90}));
    EXPECT_THAT(plan.changes, testing::ElementsAre("shrunk to 4096 pixels"));
}

TEST(Plan, LowersTheQualityFirstAndThenTheSize) {
    Request request{{"image/jpeg"}, 2 << 20, 2048};
    EXPECT_THAT(decide(photo(Format::png), request).attempts,
                testing::ElementsAre(Attempt{2048, 90}, Attempt{2048, 80}, Attempt{2048, 70},
                                     Attempt{1536, 80}, Attempt{1024, 80}, Attempt{768, 80}, Attempt{512, 80},
                                     Attempt{384, 80}, Attempt{256, 80}, Attempt{192, 80}, Attempt{128, 80},
                                     Attempt{96, 80}, Attempt{64, 80}));
}

TEST(Plan, LeavesOutTriesThatCannotFit) {
    Request request{{"image/jpeg"}, 20'000, 2048};
    EXPECT_THAT(decide(photo(Format::png), request).attempts,
                testing::ElementsAre(Attempt{2048, 90}, Attempt{512, 80}, Attempt{384, 80}, Attempt{256, 80},
                                     Attempt{192, 80}, Attempt{128, 80}, Attempt{96, 80}, Attempt{64, 80}));
}

TEST(Plan, RefusesTooManyPixels) {
    Facts facts = photo(Format::png);
    facts.header->width = facts.header->height = 100'000;
    const Plan plan = decide(facts, jpeg_or_png);
    EXPECT_EQ(plan.kind, Plan::Kind::refuse);
    EXPECT_EQ(plan.refusal,
              "has 100000 x 100000 pixels, which is too many; shrink it to at most 256 million pixels"
              " first.");
}

TEST(Plan, RefusesWhatCannotBeWritten) {
    EXPECT_EQ(decide(photo(), {{"image/gif"}, 0, 0}).kind, Plan::Kind::refuse);
    EXPECT_EQ(decide(changed([](Facts& of) { of.format = Format::gif; }), {{"image/gif"}, 0, 0}).kind,
              Plan::Kind::keep);
    EXPECT_EQ(decide(photo(Format::gif), {{"image/gif"}, 1000, 0}).kind, Plan::Kind::refuse);
}

TEST(Plan, NeedsAToolOnlyForWhatMustBeConverted) {
    Facts unknown{Format::jpeg, 2 << 20, std::nullopt, false};
    EXPECT_EQ(decide(unknown, jpeg_or_png).kind, Plan::Kind::keep);
    EXPECT_EQ(decide(unknown, {{"image/jpeg"}, 1 << 20, 0}).kind, Plan::Kind::needs_tool);
    unknown.format = Format::heic;
    EXPECT_EQ(decide(unknown, jpeg_or_png).kind, Plan::Kind::needs_tool);
}

TEST(Plan, WritesSizesForPeople) {
    EXPECT_EQ(image::size_text(1), "1 byte");
    EXPECT_EQ(image::size_text(1023), "1023 bytes");
    EXPECT_EQ(image::size_text(1536), "1.5 KiB");
    EXPECT_EQ(image::size_text(std::uint64_t{64} << 20), "64.0 MiB");
    EXPECT_EQ(image::size_text(std::uint64_t{1} << 30), "1.0 GiB");
}

} // namespace
