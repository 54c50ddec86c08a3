// The look at an image before anything is paid, over real sockets.
#include "connect_proxy.hpp"
#include "scripted_api.hpp"
#include "test_certificates.hpp"
#include "test_directory.hpp"

#include <gtest/gtest.h>

#include <string>

namespace node_tests {
namespace {

using namespace std::string_literals;
using test_support::describe;
using test_support::NodeHost;
using test_support::ScriptedServer;
using test_support::video_of;

const std::string jpeg = "\xFF\xD8\xFF\xE0"s + std::string(100'000, 'j');

Reply image_reply(const Request& request, const std::string& image) {
    Reply reply;
    reply.headers.emplace_back("Content-Type", "image/jpeg");
    if (request.header("range").empty()) {
        reply.body = image;
        return reply;
    }
    reply.status = 206;
    reply.body = image.substr(0, 8);
    reply.headers.emplace_back("Content-Range", "bytes 0-31/" + std::to_string(image.size()));
    return reply;
}

Reply redirect_to(const std::string& location) {
    Reply reply;
    reply.status = 302;
    reply.headers.emplace_back("Location", location);
    return reply;
}

class ImageCheck : public testing::Test {
protected:
    // A run with an image at this URL, and the check switched on.
    wfn::Result run_with(const std::string& image_url) {
        auto spec = api_.spec();
        spec.input["image"] = image_url;
        spec.connection["check_image"] = true;
        spec.connection["request_timeout_ms"] = 2000;
        return host_.run(spec);
    }

    void expect_refused(const wfn::Result& result, const char* type, const char* words) {
        EXPECT_EQ(error_member(result, "type"), type) << describe(result);
        EXPECT_EQ(error_member(result, "charged"), "no");
        EXPECT_NE(error_member(result, "message").find(words), std::string::npos) << describe(result);
        EXPECT_TRUE(api_.submits().empty()) << "it was submitted nevertheless";
    }

    void expect_unchecked(const wfn::Result& result) {
        EXPECT_EQ(video_of(result), video_url) << describe(result);
        EXPECT_NE(result.warnings_json.find("image_not_checked"), std::string::npos) << result.warnings_json;
    }

    ScriptedApi api_;
    NodeHost host_;
};

TEST_F(ImageCheck, AsksForTheFirstBytesWithoutCredentials) {
    ScriptedServer images([](const Request& request) { return image_reply(request, jpeg); });
    const auto result = run_with(images.base_url() + "/a.jpg?size=1");
    EXPECT_EQ(video_of(result), video_url) << describe(result);
    EXPECT_EQ(result.warnings_json, "[]");
    const auto requests = images.requests();
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].method, "GET");
    EXPECT_EQ(requests[0].target, "/a.jpg?size=1");
    EXPECT_EQ(requests[0].header("range"), "bytes=0-31");
    EXPECT_EQ(requests[0].header("authorization"), "");
    EXPECT_EQ(api_.submits().size(), 1U);
}

TEST_F(ImageCheck, AServerThatIgnoresRangesIsLeftAfterTheFirstBytes) {
    ScriptedServer images([](const Request&) {
        Reply reply;
        reply.body = jpeg;
        reply.drip_bytes = 1000; // the whole would take longer than the check may
        reply.drip_interval = std::chrono::milliseconds(100);
        return reply;
    });
    const auto result = run_with(images.base_url() + "/a.jpg");
    EXPECT_EQ(video_of(result), video_url) << describe(result);
}

TEST_F(ImageCheck, SaysWhatIsWrongWithTheImage) {
    ScriptedServer images([](const Request& request) {
        if (request.target == "/text")
            return image_reply(request, "<html>not an image</html>");
        if (request.target == "/huge") {
            auto reply = image_reply(request, jpeg);
            reply.headers.back().second = "bytes 0-31/99000000";
            return reply;
        }
        return test_support::json_reply(404, "{}");
    });
    const auto at = [&](const char* path) { return run_with(images.base_url() + path); };
    expect_refused(at("/text"), "Unsupported Image Format", "neither JPG nor PNG");
    expect_refused(at("/huge"), "Image Too Large", "32.0 MiB");
    expect_refused(at("/missing"), "Invalid Image URL", "404");
}

TEST_F(ImageCheck, AServerThatDoesNotSayLetsTheRunGoOn) {
    for (const int status : {403, 405, 503}) {
        ScriptedServer images([=](const Request&) { return test_support::json_reply(status, "{}"); });
        expect_unchecked(run_with(images.base_url() + "/a.jpg"));
    }
}

TEST_F(ImageCheck, AnImageThatCannotBeReachedIsRefused) {
    std::string gone;
    {
        ScriptedServer images([](const Request&) { return Reply(); });
        gone = images.base_url() + "/a.jpg";
    }
    expect_refused(run_with(gone), "Invalid Image URL", "cannot be connected to");

    ScriptedServer silent(
        [](const Request&) { return test_support::no_reply(test_support::Reply::Then::fall_silent); });
    const auto result = run_with(silent.base_url() + "/a.jpg");
    expect_refused(result, "Invalid Image URL", "no answer in time");
    EXPECT_EQ(error_member(result, "retryable"), "true");

    ScriptedServer rubbish([](const Request&) {
        Reply reply;
        reply.raw = "SSH-2.0-OpenSSH_9.2p1\r\n";
        reply.then = Reply::Then::close;
        return reply;
    });
    expect_refused(run_with(rubbish.base_url() + "/a.jpg"), "Invalid Image URL", "no usable answer");
}

TEST_F(ImageCheck, OneLimitHoldsForAllOfItsSteps) {
    ScriptedServer images([](const Request& request) {
        if (request.target == "/silent")
            return test_support::no_reply(test_support::Reply::Then::fall_silent);
        Reply reply;
        reply.raw = request.target == "/redirect"
                        ? "HTTP/1.1 302 Found\r\nLocation: /silent\r\nContent-Length: 100\r\n\r\n"
                        : "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
        return reply;
    });
    for (const auto* path : {"/redirect", "/body-that-never-comes"}) {
        SCOPED_TRACE(path);
        const auto result = run_with(images.base_url() + path);
        expect_refused(result, "Invalid Image URL", "no answer in time");
        EXPECT_EQ(error_member(result, "retryable"), "true");
    }
}

TEST_F(ImageCheck, FollowsRedirectsUpToThree) {
    ScriptedServer images([](const Request& request) {
        const int left = request.target.back() - '0';
        return left == 0 ? image_reply(request, jpeg) : redirect_to("/" + std::to_string(left - 1));
    });
    EXPECT_EQ(video_of(run_with(images.base_url() + "/3")), video_url);
    EXPECT_EQ(images.requests().size(), 4U);
    const auto result = run_with(images.base_url() + "/4");
    EXPECT_EQ(error_member(result, "type"), "Invalid Image URL") << describe(result);
    EXPECT_EQ(api_.submits().size(), 1U) << "only the first run's";
}

// What a flow's data names must not open the host's network to it.
TEST_F(ImageCheck, NoAddressInsideANetworkIsAsked) {
    const test_support::TestDirectory directory;
    const auto authority = test_support::make_authority("Authority of this test");
    ScriptedApi api({}, test_support::make_leaf(authority));
    ScriptedServer inside([](const Request& request) { return image_reply(request, jpeg); },
                          test_support::make_leaf(authority));
    auto spec = api.spec();
    spec.connection["ca_file"] = directory.write("ca.pem", authority.certificate_pem);
    spec.connection["check_image"] = true;
    spec.connection["allow_insecure_loopback"] = false;
    for (const auto* host :
         {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "10.0.0.1", "169.254.169.254",
          "100.64.0.1", "192.168.1.1", "[fe80::1]", "[fd00:ec2::254]"}) {
        spec.input["image"] = "https://" + std::string(host) + ":" + std::to_string(inside.port()) + "/a.jpg";
        expect_refused(host_.run(spec), "Invalid Image URL", "inside a private network");
    }
    EXPECT_EQ(inside.connections_accepted(), 0U);
    EXPECT_TRUE(api.submits().empty());
}

TEST_F(ImageCheck, ARedirectLeadsNeitherToHttpNorIntoTheNetwork) {
    ScriptedServer images([](const Request& request) {
        if (request.target == "/plain")
            return redirect_to("http://images.example/a.jpg");
        if (request.target == "/metadata")
            return redirect_to("https://169.254.169.254/latest/meta-data");
        return redirect_to("file:///etc/passwd");
    });
    expect_refused(run_with(images.base_url() + "/plain"), "Invalid Image URL", "must use https");
    expect_refused(run_with(images.base_url() + "/metadata"), "Invalid Image URL",
                   "inside a private network");
    expect_refused(run_with(images.base_url() + "/file"), "Invalid Image URL", "must be https");
}

TEST_F(ImageCheck, GoesThroughTheProxyAndNeedsNoneThatLetsItThrough) {
    ScriptedServer images([](const Request& request) { return image_reply(request, jpeg); });
    const test_support::ConnectProxy proxy("");
    auto spec = api_.spec();
    spec.input["image"] = images.base_url() + "/a.jpg";
    spec.connection["check_image"] = true;
    spec.connection["proxy"] = "http://127.0.0.1:" + std::to_string(proxy.port());
    auto result = host_.run(spec);
    EXPECT_EQ(video_of(result), video_url) << describe(result);
    EXPECT_EQ(images.requests().size(), 1U);
    EXPECT_EQ(proxy.connect_targets().at(0), "127.0.0.1:" + std::to_string(images.port()));

    // Port 1 is nobody's: the proxy answers 502.
    spec.input["image"] = "http://127.0.0.1:1/a.jpg";
    expect_unchecked(host_.run(spec));
}

TEST_F(ImageCheck, IsOffTowardsAnApiOnThisMachineUnlessAskedFor) {
    ScriptedServer images([](const Request& request) { return image_reply(request, "text"); });
    auto spec = api_.spec();
    spec.input["image"] = images.base_url() + "/a.jpg";
    const auto result = host_.run(spec);
    EXPECT_EQ(video_of(result), video_url) << describe(result);
    EXPECT_TRUE(images.requests().empty());
}

} // namespace
} // namespace node_tests
