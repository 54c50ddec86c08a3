#include "job/checkpoint.hpp"
#include "job/kept_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace job_engine {
namespace {

using ::testing::HasSubstr;
using State = Checkpoint::State;

Checkpoint example(State state) {
    Checkpoint checkpoint;
    checkpoint.state = state;
    checkpoint.key = std::string(64, 'a');
    checkpoint.generation = 3;
    checkpoint.input_digest = std::string(64, 'd');
    checkpoint.api = SharedText("api.example/base");
    if (state == State::submitted)
        checkpoint.job = {"j \"1\"", {RareText("/p"), {}, RareText("/c?x=1")}};
    if (was_answered(state))
        checkpoint.reply = RareText(R"({"status":202,"location":"/l","body":"{\"a\": \"\\\"\"}"})");
    return checkpoint;
}

TEST(Checkpoint, IsReadAsItWasWritten) {
    for (const auto state : {State::prepared, State::intent, State::answered, State::submitted}) {
        const auto read = read_checkpoint(to_text(example(state)));
        ASSERT_TRUE(read);
        EXPECT_EQ(*read, example(state));
    }
}

TEST(Checkpoint, KeepsTheFileUntilTheJobIsKnown) {
    const HexDigest digest = std::string(64, 'f');
    const KeptFile files[] = {{digest, {}, {}},
                              {digest, "https://files.example/1.jpg", {}, 17},
                              {digest, {}, "my photos/\xD1\x84\xD0\xBE\xD1\x82\xD0\xBE.jpg", 17, digest}};
    for (const auto& file : files) {
        for (const auto state : {State::prepared, State::intent, State::answered}) {
            auto checkpoint = example(state);
            checkpoint.file = RareText(to_text(file));
            const auto read = read_checkpoint(to_text(checkpoint));
            ASSERT_TRUE(read);
            EXPECT_EQ(*read, checkpoint);
            EXPECT_EQ(read_kept_file(read->file.view()), file);
        }
        auto checkpoint = example(State::submitted);
        checkpoint.file = RareText(to_text(file));
        EXPECT_TRUE(read_checkpoint(to_text(checkpoint))->file.empty());
    }
}

// The host has the file, and the checkpoint may be all that knows of a job.
TEST(Checkpoint, WithAFileThatCannotBeUsedHasNone) {
    const std::string d(64, 'd');
    const std::pair<std::string, std::string> files[] = {
        {"7", ""},
        {"{}", ""},
        {R"({"sha256": "f"})", ""},
        {R"({"sha256": "D", "url": "https://a b", "since": 1})", R"({"sha256":"D"})"},
        {R"({"sha256": "D", "url": 7})", R"({"sha256":"D"})"},
        {R"({"sha256": "D", "object": "o", "since": 1})", R"({"sha256":"D"})"},
        {R"({"sha256": "D", "object": "", "signed_url": "D"})", R"({"sha256":"D"})"},
        {R"({"sha256": "D", "object": "o", "signed_url": "D", "since": "now"})",
         R"({"sha256":"D","object":"o","signed_url":"D","since":0})"},
        {R"({"sha256": "D", "object": "o", "signed_url": "D", "since": -9223372036854775808})",
         R"({"sha256":"D","object":"o","signed_url":"D","since":0})"},
        {R"({"sha256": "D", "url": "https://a", "since": 9223372036854775807})",
         R"({"sha256":"D","url":"https://a","since":0})"},
    };
    const auto with_digest = [&](std::string text) {
        for (auto at = text.find("\"D\""); at != std::string::npos; at = text.find("\"D\""))
            text.replace(at + 1, 1, d);
        return text;
    };
    for (const auto state : {State::prepared, State::intent, State::answered})
        for (const auto& [given, read_as] : files) {
            auto text = to_text(example(state));
            text.insert(text.size() - 1, ",\"file\":" + with_digest(given));
            const auto read = read_checkpoint(text);
            ASSERT_TRUE(read) << text;
            EXPECT_EQ(read->key, example(state).key);
            EXPECT_EQ(read->file.view(), with_digest(read_as));
        }
}

TEST(Checkpoint, IsSmall) {
    auto checkpoint = example(State::submitted);
    checkpoint.job.id = std::string(1024, 'i');
    EXPECT_LT(to_text(checkpoint).size(), 16U << 10U);
    // What the API writes so that it grows in JSON leaves no room for its reply.
    checkpoint.job.id = std::string(1024, '\x01');
    checkpoint.job.targets.poll = RareText("/" + std::string(2047, '"'));
    checkpoint.reply = RareText(R"({"status":202,"body":")" + std::string(8000, 'b') + "\"}");
    EXPECT_LE(to_text(checkpoint).size(), 16U << 10U);
    const auto read = read_checkpoint(to_text(checkpoint));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->job.id, checkpoint.job.id);
}

TEST(Checkpoint, KeepsTheJobThatUsedTheLastKeyUp) {
    auto earlier = example(State::submitted);
    const auto next = next_generation(earlier, "run");
    EXPECT_EQ(next.state, State::prepared);
    EXPECT_TRUE(next.job.id.empty());
    EXPECT_TRUE(leads_to_job(next));
    const auto read = read_checkpoint(to_text(next));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, next);
    const auto again = with_ended_job(*read);
    EXPECT_EQ(again.state, State::submitted);
    EXPECT_EQ(again.job.id, earlier.job.id);
    EXPECT_EQ(again.job.targets.poll, earlier.job.targets.poll);
    EXPECT_EQ(again.reply, earlier.reply);
    EXPECT_EQ(again.key, next.key);
    // An attempt without a job of its own does not forget it; one that has a job does.
    EXPECT_EQ(next_generation(next, "run").ended, next.ended);
    EXPECT_FALSE(leads_to_job(in_state(next, State::intent)));
    for (const auto* unusable :
         {"7", R"({"job_id": ""})", R"({"job_id": "j", "targets": {"poll": "//x y"}})"}) {
        auto text = to_text(next);
        const auto begin = text.find(R"("ended":)") + 8;
        text.replace(begin, text.size() - begin - 1, unusable);
        const auto without = read_checkpoint(text);
        ASSERT_TRUE(without) << text;
        EXPECT_FALSE(leads_to_job(*without));
        EXPECT_EQ(without->key, next.key);
    }
}

TEST(Checkpoint, OfAJobIsReadWithoutAReply) {
    auto earlier = example(State::submitted);
    earlier.reply = {};
    const auto read = read_checkpoint(to_text(earlier));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, earlier);
}

TEST(Checkpoint, ThatIsAnsweredHoldsItsReply) {
    auto text = to_text(example(State::answered));
    const std::string status = "\"status\":202";
    text.replace(text.find(status), status.size(), "\"status\":\"x\"");
    EXPECT_FALSE(read_checkpoint(text));
    EXPECT_EQ(in_doubt(example(State::answered)), example(State::answered));
    EXPECT_EQ(in_state(example(State::answered), State::intent).reply, "");
}

TEST(Checkpoint, IsComparedInEveryMember) {
    auto other = example(State::submitted);
    EXPECT_EQ(other, example(State::submitted));
    other.job.targets.cancel = RareText("/d");
    EXPECT_FALSE(other == example(State::submitted));
    EXPECT_FALSE(example(State::prepared) == example(State::intent));
}

TEST(Checkpoint, ThatCannotBeUsedStopsTheRunBeforeItPays) {
    const auto good = to_text(example(State::submitted));
    const auto key = example(State::submitted).key.text();
    const auto without = [&](const std::string& part, const std::string& instead) {
        auto text = good;
        return text.replace(text.find(part), part.size(), instead); // throws when there is none
    };
    ASSERT_TRUE(read_checkpoint(good));
    for (const auto& text :
         {std::string(), std::string("{}"), std::string("[]"), std::string("checkpoint"), good + "x",
          good.substr(0, good.size() / 2), without("\"version\":1", "\"version\":2"),
          without("\"version\":1,", ""), without("submitted", "finished"), without(key, ""),
          without('"' + key + '"', "7"), without(key, "k\\r\\nX-Evil: 1"),
          without("\"/p\"", "\"https://evil.example/\""), without("\"/p\"", "\"/p HTTP/1.1\\r\\n\""),
          without("\"generation\":3", "\"generation\":\"3\""), without("\"job_id\"", "\"id\""),
          without(std::string(64, 'd'), "d1"), without("\"targets\"", "\"target\"")}) {
        const auto read = read_checkpoint(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code, ErrorCode::invalid_input) << text;
        EXPECT_EQ(read.error().charged, Charged::unknown) << text;
        EXPECT_THAT(read.error().message, HasSubstr("Nothing was submitted")) << text;
    }
}

} // namespace
} // namespace job_engine
