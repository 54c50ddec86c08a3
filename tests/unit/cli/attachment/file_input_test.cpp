#include "attachment/file_input.hpp"
#include "posix/input_error.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

const std::vector<MediaInput> inputs{{"image", true}, {"audio", false}};

bool nothing_is_there(const std::string&) {
    return false;
}

std::string named(const std::string& value) {
    return with_attachments(R"({"image":")" + value + "\"}", inputs, "/home/me", nothing_is_there);
}

std::string problem_of(const std::string& value) {
    try {
        return named(value);
    } catch (const InputError& error) {
        return error.what();
    }
}

TEST(FileInput, MakesAttachmentsOfPaths) {
    EXPECT_EQ(named("cat.png"), R"({"image":"attachment:/home/me/cat.png"})");
    EXPECT_EQ(named("./a/./cat.png"), R"({"image":"attachment:/home/me/a/cat.png"})");
    EXPECT_EQ(named("link/../cat.png"), R"({"image":"attachment:/home/me/link/../cat.png"})");
    EXPECT_EQ(named("/tmp/cat.png"), R"({"image":"attachment:/tmp/cat.png"})");
    EXPECT_EQ(named("a:b.png"), R"({"image":"attachment:/home/me/a%3Ab.png"})");
    EXPECT_EQ(named("-o 100%.png"), R"({"image":"attachment:/home/me/-o%20100%25.png"})");
    EXPECT_EQ(named("\u00fc.png"), R"({"image":"attachment:/home/me/%C3%BC.png"})");
}

TEST(FileInput, MakesAttachmentsOfFileUrls) {
    EXPECT_EQ(named("file:///tmp/a%20b.png"), R"({"image":"attachment:/tmp/a%20b.png"})");
    EXPECT_EQ(named("file://localhost/tmp/a.png"), R"({"image":"attachment:/tmp/a.png"})");
    EXPECT_EQ(
        problem_of("file://server/a.png"),
        "/image: file://server/a.png is a file of another machine; a file of this one is file:///PATH.");
}

TEST(FileInput, LeavesOtherUrlsAndTextsAlone) {
    for (const char* value :
         {"https://example.com/a.png", "http://x", "ftp://x/y",
          "data:image/png;base64,AA==", "attachment:/tmp/a.png", "", "example.com/a.png"}) {
        EXPECT_EQ(named(value), R"({"image":")" + std::string(value) + "\"}") << value;
    }
    const std::string other = R"({ "prompt": "cat.png", "image": null, "audio": 3 })";
    EXPECT_EQ(with_attachments(other, inputs, "/", nothing_is_there), other);
    EXPECT_EQ(with_attachments("no JSON", inputs, "/", nothing_is_there), "no JSON");
    EXPECT_EQ(with_attachments(R"({"image":"a"})", {}, "/", nothing_is_there), R"({"image":"a"})");
}

TEST(FileInput, TakesAFolderForNoHost) {
    EXPECT_EQ(
        with_attachments(R"({"image":"v1.2/a.png"})", inputs, "/x", [](const std::string&) { return true; }),
        R"({"image":"attachment:/x/v1.2/a.png"})");
}

TEST(FileInput, RefusesNamesThatCannotBeSaid) {
    EXPECT_EQ(problem_of("a\\nb.png"), "/image: the file's name has a line end or is not UTF-8; rename it.");
    EXPECT_EQ(problem_of(std::string(1100, 'x')),
              "/image: the path is too long; put the file into a folder with a shorter one.");
}

TEST(FileInput, FindsTheFilesAgain) {
    const auto files = files_in(
        with_attachments(R"({"audio":"b c.wav","image":"100%.png"})", inputs, "/home/me", nothing_is_there),
        inputs);
    ASSERT_EQ(files.size(), 2u);
    EXPECT_EQ(files[0].input.name, "image");
    EXPECT_EQ(files[0].path, "/home/me/100%.png");
    EXPECT_EQ(files[1].path, "/home/me/b c.wav");
    EXPECT_TRUE(files_in(R"({"image":"https://example.com/a.png"})", inputs).empty());
    EXPECT_TRUE(files_in("", inputs).empty());
}

TEST(MediaInput, AreThoseThatTheUiNames) {
    const auto found = media_inputs(R"({"inputs":{
        "prompt":{"type":"long_text"},
        "image":{"type":"media_url","media_type":"image"},
        "sound":{"type":"media_url","media_type":"audio"}}})");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].name, "image");
    EXPECT_TRUE(found[0].is_image);
    EXPECT_FALSE(found[1].is_image);
    EXPECT_TRUE(media_inputs("{}").empty());
    EXPECT_TRUE(media_inputs("").empty());
}

} // namespace
} // namespace cli
