#include "api/reply_fields.hpp"
#include "job/kept_reply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace job_engine {
namespace {

using ::testing::HasSubstr;

HttpReply reply_of(const std::string& body) {
    HttpReply reply;
    reply.status = 201;
    reply.location = "/v1/jobs/7";
    reply.request_id = "request-1";
    reply.body = body;
    return reply;
}

std::string body_after_keeping(const std::string& body) {
    const auto kept = kept_reply(reply_of(body));
    EXPECT_LE(kept.size(), max_kept_reply_bytes);
    return read_kept_reply(kept).value().body;
}

std::string text_in(const std::string& body, const char* pointer) {
    const auto document = parse_reply(body);
    return document ? text_at(*document, pointer, max_kept_reply_bytes) : "no JSON: " + body;
}

TEST(KeptReply, IsReadAsItCame) {
    const auto reply = reply_of(R"({"a": "\"\\ ü", "n": 12345678901234567890, "d": 1.50})");
    for (const auto& kept : {kept_reply(reply), kept_small_reply(reply)}) {
        const auto read = read_kept_reply(kept);
        ASSERT_TRUE(read);
        EXPECT_EQ(read->status, 201);
        EXPECT_EQ(read->body, reply.body);
        EXPECT_EQ(read->location, reply.location);
        EXPECT_EQ(read->request_id, reply.request_id);
    }
}

// Whatever fills the reply, an id and an address behind it are there and whole.
TEST(KeptReply, KeepsIdsAndAddressesOfWhatIsTooLarge) {
    const std::string image(1U << 18U, 'A');
    const std::string quotes(3000, '"');
    std::string escaped;
    for (const char c : quotes)
        escaped += std::string("\\") + c;
    std::string numbers = "0";
    std::string objects = "{}";
    for (int i = 0; i < 20'000; ++i) {
        numbers += "," + std::to_string(i);
        objects += R"(,{"frame":"some text of it"})";
    }
    std::string umlauts;
    for (int i = 0; i < 9000; ++i)
        umlauts += "ü";
    const std::string url = "https://api.example/" + std::string(1000, 'u');
    std::string nested = R"({"deep": {"image": ")";
    nested.append(image).append(R"("}, "list": [")").append(image).append(R"("]})");
    for (const auto& filler : {'"' + image + '"', '"' + escaped + '"', '[' + numbers + ']',
                               '[' + objects + ']', '"' + umlauts + '"', nested}) {
        std::string whole = R"({"filler": )";
        whole.append(filler).append(R"(, "task": {"uuid": "job-7"}, "long": 12345678901234567890, "url": ")");
        const auto body = body_after_keeping(whole.append(url).append("\"}"));
        EXPECT_EQ(text_in(body, "/task/uuid"), "job-7") << filler.substr(0, 40);
        EXPECT_EQ(text_in(body, "/long"), "12345678901234567890") << filler.substr(0, 40);
        EXPECT_EQ(text_in(body, "/url"), url) << filler.substr(0, 40);
        EXPECT_EQ(text_in(body, "/filler"), "") << "a part of a text is taken for one";
        EXPECT_THAT(body, HasSubstr("cut"));
    }
}

TEST(KeptReply, OfTooManyMembersKeepsItsLocation) {
    std::string body = "{";
    for (int i = 0; i < 5000; ++i)
        body += "\"m" + std::to_string(i) + "\":1,";
    const auto read = read_kept_reply(kept_reply(reply_of(body + "\"id\":\"x\"}")));
    EXPECT_EQ(read.value().body, "");
    EXPECT_EQ(read.value().location, "/v1/jobs/7");
}

TEST(KeptReply, IsValidUtf8OnOneLine) {
    const auto kept = kept_reply(reply_of("{\"a\":\n\"\xFF\"}"));
    EXPECT_EQ(read_kept_reply(kept).value().body, "{\"a\": \"\xEF\xBF\xBD\"}");
}

TEST(KeptReply, OfANamedJobIsSmallOrNone) {
    const auto kept =
        kept_small_reply(reply_of(R"({"id": "j-1", "echo": ")" + std::string(5000, 'e') + "\"}"));
    EXPECT_LT(kept.size(), 4U << 10U);
    EXPECT_THAT(read_kept_reply(kept).value().body, HasSubstr(R"("id":"j-1")"));
    std::string many = R"({"id": "j-1")";
    for (int i = 0; i < 300; ++i)
        many += ", \"member-" + std::to_string(i) + R"(": "something")";
    EXPECT_EQ(kept_small_reply(reply_of(many + "}")), "");
}

TEST(KeptReply, ThatIsNoneIsNotRead) {
    for (const auto* text : {"", "7", "[]", "{}", R"({"status": "200"})", R"({"status": 7})",
                             R"({"status": 200, "location": "/a\r\nX-Evil: 1"})"})
        EXPECT_FALSE(read_kept_reply(text)) << text;
}

TEST(KeptReply, MayNameAJobWhereItIsAnObjectWithMembers) {
    for (const auto* body : {"", "{}", "[1]", "<html>", "{\"a\":"})
        EXPECT_FALSE(may_name_job(reply_of(body))) << body;
    EXPECT_TRUE(may_name_job(reply_of(R"({"task": {"uuid": "job-7"}})")));
}

} // namespace
} // namespace job_engine
