#include "download/mp4_facts.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace cli {
namespace {

std::string number(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = bytes - 1; i >= 0; --i)
        text += static_cast<char>(value >> (8 * i));
    return text;
}

std::string box(const std::string& type, const std::string& content) {
    return number(content.size() + 8, 4) + type + content;
}

std::string large_box(const std::string& type, const std::string& content) {
    return number(1, 4) + type + number(content.size() + 16, 8) + content;
}

std::string movie_header(bool is_long, std::uint64_t scale, std::uint64_t duration) {
    const int width = is_long ? 8 : 4;
    return box("mvhd", number(is_long ? 1 : 0, 1) + number(0, 3) + number(0, width) + number(0, width)
                           + number(scale, 4) + number(duration, width) + std::string(80, '\0'));
}

std::string track(bool is_long, std::uint64_t width, std::uint64_t height) {
    const std::string head = number(is_long ? 1 : 0, 1) + std::string(is_long ? 87 : 75, '\0');
    return box("trak", box("tkhd", head + number(width << 16, 4) + number(height << 16, 4)));
}

Mp4Facts facts_of(const std::string& file) {
    return mp4_facts(
        [&](std::uint64_t at, std::size_t size) {
            return at < file.size() ? file.substr(at, size) : std::string();
        },
        file.size());
}

TEST(Mp4Facts, AreTheSizeAndTheDuration) {
    for (const bool is_long : {false, true}) {
        const std::string movie =
            box("moov", movie_header(is_long, 1000, 5250) + track(is_long, 0, 0) + track(is_long, 1280, 720));
        for (const std::string& file : {box("ftyp", "isom") + movie + box("mdat", "xx"),
                                        box("ftyp", "isom") + large_box("mdat", "xxxx") + movie}) {
            const Mp4Facts facts = facts_of(file);
            EXPECT_EQ(facts.width, 1280);
            EXPECT_EQ(facts.height, 720);
            EXPECT_EQ(facts.seconds, 5.25);
        }
    }
}

TEST(Mp4Facts, OfAnythingElseAreNone) {
    const std::string whole = box("moov", movie_header(false, 1000, 5000) + track(false, 1280, 720));
    for (const std::string& file :
         {std::string(), std::string("<html>"), std::string(1000, '\xFF'), number(4, 4) + "moov",
          number(1, 4) + "moov", box("moov", ""), box("moov", box("mvhd", "short")),
          box("moov", movie_header(false, 0, 5000)), box("moov", movie_header(false, 1000, 0)),
          box("moov", movie_header(false, 1000, UINT32_MAX)),
          box("moov", movie_header(true, 1000, UINT64_MAX))}) {
        const Mp4Facts facts = facts_of(file);
        EXPECT_FALSE(facts.width || facts.height || facts.seconds);
    }
    for (std::size_t i = 0; i < whole.size(); ++i)
        facts_of(whole.substr(0, i)); // reads nothing that is not there
}

TEST(Mp4Facts, OfManyBoxesEnd) {
    std::string many;
    for (int i = 0; i < 100000; ++i)
        many += box("free", "");
    int reads = 0;
    mp4_facts(
        [&](std::uint64_t at, std::size_t size) {
            ++reads;
            return many.substr(at, size);
        },
        many.size());
    EXPECT_LT(reads, 2000);
}

} // namespace
} // namespace cli
