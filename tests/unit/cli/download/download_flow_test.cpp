#include "download/content_range.hpp"
#include "download/download_flow.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

using namespace std::chrono_literals;
using Body = DownloadFlow::Body;
using Kind = DownloadFlow::Step::Kind;

class Flow : public testing::Test {
protected:
    Flow() {
        rules.kind = MediaKind::video;
        rules.largest = 10000;
        rules.is_inner = [](const std::string& address) { return address.rfind("10.", 0) == 0; };
        rules.room = [this] { return room; };
        access.api = parse_url("https://api.example/v1");
        access.api_key = "key";
    }

    DownloadFlow at(const std::string& url) { return {*parse_url(url), access, rules}; }

    static ReplyHead head(int status, std::optional<std::uint64_t> length = std::nullopt) {
        ReplyHead reply;
        reply.status = status;
        reply.length = length;
        reply.content_type = "video/mp4";
        reply.etag = "\"one\"";
        reply.address = "8.8.8.8";
        return reply;
    }
    static ReplyHead redirect(const std::string& to) {
        ReplyHead reply = head(302);
        reply.location = to;
        return reply;
    }
    static RequestEnd complete() { return {}; }
    static RequestEnd broken() { return {RequestEnd::Kind::broken, {"cut_off", "the reply was cut off"}}; }

    DownloadRules rules;
    Access access;
    std::optional<std::uint64_t> room;
    const std::string data = std::string(1000, 'x');
};

TEST_F(Flow, TakesAFile) {
    DownloadFlow flow = at("https://store.example/v.mp4");
    EXPECT_FALSE(flow.request().with_key);
    EXPECT_EQ(flow.on_head(head(200, 2000)), Body::replace);
    EXPECT_TRUE(flow.on_data(data));
    EXPECT_TRUE(flow.on_data(data));
    EXPECT_EQ(flow.on_end(complete()).kind, Kind::done);
}

TEST_F(Flow, TheKeyIsForTheApiAloneAndNotAfterARedirectFromElsewhere) {
    DownloadFlow flow = at("https://api.example/files/v");
    EXPECT_TRUE(flow.request().with_key);
    flow.on_head(redirect("/files/w"));
    EXPECT_EQ(flow.on_end(complete()).kind, Kind::request);
    EXPECT_TRUE(flow.request().with_key); // the same origin
    flow.on_head(redirect("https://store.example/v.mp4"));
    flow.on_end(complete());
    EXPECT_FALSE(flow.request().with_key);
    flow.on_head(redirect("https://api.example/anything"));
    flow.on_end(complete());
    EXPECT_FALSE(flow.request().with_key);
    for (const char* other :
         {"http://api.example/v", "https://api.example:8443/v", "https://api.example.evil/v"})
        EXPECT_FALSE(at(other).request().with_key) << other;
    access.api = parse_url("http://api.example/v1");
    EXPECT_FALSE(at("http://api.example/v").request().with_key); // which anybody could read
    access.api = parse_url("http://127.0.0.1:8080/v1");
    EXPECT_TRUE(at("http://127.0.0.1:8080/v").request().with_key);
}

TEST_F(Flow, GoesInwardsOnlyFromWithin) {
    DownloadFlow outside = at("https://store.example/v.mp4");
    outside.on_head(redirect("https://other.example/"));
    outside.on_end(complete());
    EXPECT_FALSE(outside.request().inner_allowed); // whatever that name turns out to be
    DownloadFlow within = at("https://nas.example/v.mp4");
    ReplyHead first = redirect("https://10.0.0.2/");
    first.address = "10.0.0.1";
    within.on_head(first);
    EXPECT_EQ(within.on_end(complete()).kind, Kind::request);
    EXPECT_TRUE(within.request().inner_allowed);
}

TEST_F(Flow, AnotherTryGoesOnAtTheFirstUrl) {
    DownloadFlow flow = at("https://api.example/files/v");
    flow.on_head(redirect("https://store.example/v.mp4"));
    flow.on_end(complete());
    EXPECT_EQ(flow.on_head(head(200, 2000)), Body::replace);
    flow.on_data(data);
    const auto step = flow.on_end(broken());
    EXPECT_EQ(step.kind, Kind::request);
    EXPECT_EQ(step.pause, 1s);
    EXPECT_EQ(flow.request().url.host, "api.example");
    EXPECT_TRUE(flow.request().with_key);
    EXPECT_EQ(flow.request().from, 1000u);
    EXPECT_EQ(flow.request().if_range, "\"one\"");
    ReplyHead rest = head(206, 1000);
    rest.content_range = "bytes 1000-1999/2000";
    EXPECT_EQ(flow.on_head(rest), Body::append);
    flow.on_data(data);
    EXPECT_EQ(flow.on_end(complete()).kind, Kind::done);
}

TEST_F(Flow, ARangeThatDoesNotFitCostsNoTryAndIsNotAskedForAgain) {
    for (const char* range : {"bytes 999-1999/2000", "bytes 1000-1999/2001", "nonsense", ""}) {
        DownloadFlow flow = at("https://store.example/v.mp4");
        flow.on_head(head(200, 2000));
        flow.on_data(data);
        flow.on_end(broken());
        ReplyHead rest = head(206, 1000);
        rest.content_range = range;
        EXPECT_EQ(flow.on_head(rest), Body::leave) << range;
        const auto step = flow.on_end(complete());
        EXPECT_EQ(step.kind, Kind::request);
        EXPECT_EQ(step.pause, 0s);
        EXPECT_EQ(flow.request().from, 0u);
        EXPECT_EQ(flow.on_head(rest), Body::leave); // a part that nobody has asked for
        EXPECT_EQ(flow.on_end(complete()).problem.code, "server_trouble");
    }
}

TEST_F(Flow, APartThatIsNotSurelyOfTheSameFileBeginsItAnew) {
    ReplyHead other_tag = head(206, 1000);
    other_tag.content_range = "bytes 1000-1999/2000";
    other_tag.etag = "\"two\"";
    ReplyHead no_tag = other_tag;
    no_tag.etag = "";
    ReplyHead no_total = no_tag;
    no_total.content_range = "bytes 1000-1999/*";
    const struct {
        ReplyHead part;
        std::optional<std::uint64_t> whole;
        Body body;
    } cases[] = {{other_tag, 2000, Body::leave},
                 {no_tag, 2000, Body::append},
                 {no_total, 2000, Body::append},
                 {no_total, std::nullopt, Body::leave},
                 {no_total, 500, Body::leave}}; // which has more than it said already
    for (const auto& one : cases) {
        DownloadFlow flow = at("https://store.example/v.mp4");
        flow.on_head(head(200, one.whole));
        flow.on_data(data);
        flow.on_end(broken());
        EXPECT_EQ(flow.on_head(one.part), one.body);
        if (one.body == Body::leave) {
            EXPECT_EQ(flow.on_end(complete()).kind, Kind::request);
            EXPECT_EQ(flow.request().from, 0u);
        }
    }
}

TEST_F(Flow, TakesNothingThatIsEncoded) {
    ReplyHead encoded = head(200, 2000);
    encoded.content_encoding = "gzip";
    DownloadFlow flow = at("https://store.example/v.mp4");
    EXPECT_EQ(flow.on_head(encoded), Body::leave);
    EXPECT_EQ(flow.on_end(complete()).problem.code, "wrong_content");
    DownloadFlow as_it_is = at("https://store.example/v.mp4");
    encoded.content_encoding = "Identity";
    EXPECT_EQ(as_it_is.on_head(encoded), Body::replace);
}

TEST_F(Flow, ARangeBeyondTheEndBeginsAnew) {
    DownloadFlow flow = at("https://store.example/v.mp4");
    flow.on_head(head(200));
    flow.on_data(data);
    flow.on_end(broken());
    flow.on_head(head(416));
    EXPECT_EQ(flow.on_end(complete()).kind, Kind::request);
    EXPECT_EQ(flow.request().from, 0u);
}

TEST_F(Flow, WaitsAsLongAsTheServerAsksWithinReason) {
    for (const auto& [asked, pause] : {std::pair(20s, 20s), std::pair(0s, 1s), std::pair(3000s, 60s)}) {
        DownloadFlow flow = at("https://store.example/v.mp4");
        ReplyHead busy = head(503);
        busy.retry_after = asked;
        flow.on_head(busy);
        EXPECT_EQ(flow.on_end(complete()).pause, pause);
    }
}

TEST_F(Flow, SaysWhatARefusedUrlIs) {
    DownloadFlow flow = at("https://store.example/v?Expires=1769860800");
    flow.on_head(head(403));
    const auto step = flow.on_end(complete());
    EXPECT_EQ(step.kind, Kind::failed);
    EXPECT_EQ(step.problem.code, "url_refused");
    EXPECT_NE(step.problem.reason.find("valid until 2026-01-31T12:00:00Z"), std::string::npos);
}

TEST_F(Flow, LooksAtTheRoomWhereTheLengthIsKnown) {
    room = 1999;
    DownloadFlow flow = at("https://store.example/v.mp4");
    EXPECT_EQ(flow.on_head(head(200, 2000)), Body::leave);
    EXPECT_EQ(flow.on_end(complete()).problem.code, "no_room");
    DownloadFlow unknown = at("https://store.example/v.mp4");
    EXPECT_EQ(unknown.on_head(head(200)), Body::replace);
}

TEST_F(Flow, AFileShorterOrLongerThanStatedIsNotTaken) {
    for (const int pieces : {1, 3}) {
        DownloadFlow flow = at("https://store.example/v.mp4");
        flow.on_head(head(200, 2000));
        for (int i = 0; i < pieces; ++i)
            flow.on_data(data);
        EXPECT_EQ(flow.on_end(complete()).kind, Kind::request);
    }
}

TEST_F(Flow, ATinyFileIsJudgedAtItsEnd) {
    DownloadFlow flow = at("https://store.example/v.mp4");
    flow.on_head(head(200));
    EXPECT_TRUE(flow.on_data("<html>"));
    EXPECT_EQ(flow.on_end(complete()).problem.code, "wrong_content");
}

TEST(ContentRange, IsReadExactly) {
    const auto range = parse_content_range("bytes 100-199/200");
    ASSERT_TRUE(range);
    EXPECT_EQ(range->first, 100u);
    EXPECT_EQ(range->last, 199u);
    EXPECT_EQ(range->total, 200u);
    EXPECT_FALSE(parse_content_range("bytes 100-199/*")->total);
    for (const char* header : {"", "bytes", "bytes 1-2", "bytes 2-1/3", "bytes 1-3/3", "bytes -1-2/3",
                               "lines 1-2/3", "bytes 1-2/x", "bytes 1-/3", "bytes */3"})
        EXPECT_FALSE(parse_content_range(header)) << header;
}

} // namespace
} // namespace cli
