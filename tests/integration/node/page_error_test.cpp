// The seven error types of the node's page, end to end, with the page's own words.
#include "sandbox_runs.hpp"
#include "scripted_api.hpp"
#include "test_certificates.hpp"
#include "test_directory.hpp"
#include "test_images.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace node_tests {
namespace {

using namespace std::chrono_literals;
using test_support::describe;
using test_support::make_image;
using test_support::NodeHost;
using test_support::SandboxProcess;
using test_support::ScriptedServer;
using test_support::video_of;

struct PageRow {
    const char* type;
    const char* code;
    const char* cause;
    const char* solution;
};

constexpr PageRow invalid_image_url{"Invalid Image URL", "invalid_image_url",
                                    "Image URL is not accessible or malformed",
                                    "Verify the image URL is publicly accessible and uses https:// protocol"};
constexpr PageRow unsupported_image_format{"Unsupported Image Format", "unsupported_image_format",
                                           "Image format not supported by the API",
                                           "Convert image to JPG or PNG format before processing"};
constexpr PageRow image_too_large{"Image Too Large", "image_too_large",
                                  "Input image exceeds maximum file size limit",
                                  "Resize or compress the image to reduce file size below API limits"};
constexpr PageRow model_not_available{"Model Not Available", "model_not_available",
                                      "Selected model is temporarily unavailable",
                                      "Try switching to an alternative model or retry after a few minutes"};
constexpr PageRow prompt_too_vague{"Prompt Too Vague", "prompt_too_vague",
                                   "Prompt doesn't provide enough motion guidance",
                                   "Be more specific about the type of motion and animation you want"};
constexpr PageRow api_connection_error{"API Connection Error", "api_connection_error",
                                       "Cannot connect to PixelML API service",
                                       "Check your PixelML connection configuration and API credentials"};
constexpr PageRow processing_timeout{
    "Processing Timeout", "processing_timeout", "Video generation taking longer than expected",
    "Complex animations may require more time; consider simpler prompts or lower resolution"};

// What a test expects beside the page's words.
struct Facts {
    const char* charged;
    const char* retryable;
    const char* http_status;
    bool names_job;
};

void expect_row(const wfn::Result& result, const PageRow& row, const Facts& facts) {
    ASSERT_EQ(result.outcome, wfn::Outcome::failed) << describe(result);
    EXPECT_EQ(error_member(result, "type"), row.type);
    EXPECT_EQ(error_member(result, "code"), row.code);
    EXPECT_EQ(error_member(result, "cause"), row.cause);
    EXPECT_EQ(error_member(result, "solution"), row.solution);
    EXPECT_EQ(error_member(result, "charged"), facts.charged);
    EXPECT_EQ(error_member(result, "retryable"), facts.retryable);
    EXPECT_EQ(error_member(result, "http_status"), facts.http_status);
    EXPECT_EQ(error_member(result, "job_id") != "null", facts.names_job) << describe(result);
    EXPECT_FALSE(error_member(result, "message").empty());
    EXPECT_EQ(result.error->type, row.type);
    EXPECT_EQ(result.error->code, row.code);
    EXPECT_EQ(result.error->cause, row.cause);
    EXPECT_EQ(result.error->solution, row.solution);
    EXPECT_EQ(result.error->retryable, std::string(facts.retryable) == "true");
}

boost::json::object input_with(const std::string& image) {
    auto input = valid_input();
    input["image"] = image;
    return input;
}

TEST(InvalidImageUrl, IsSeenBeforeAnythingIsSent) {
    ScriptedApi api;
    NodeHost host;
    for (const auto* image :
         {"", "photo.jpg", "http://images.example/photo.jpg", "ftp://images.example/photo.jpg", "https://",
          "https://my images.example/photo.jpg", "data:image/png;base64,AAAA"}) {
        SCOPED_TRACE(image);
        auto spec = api.spec();
        spec.input = input_with(image);
        const auto result = host.run(spec);
        expect_row(result, invalid_image_url, {"no", "false", "null", false});
        EXPECT_NE(error_member(result, "details").find("\"path\":\"/image\""), std::string::npos);
    }
    EXPECT_EQ(api.server().connections_accepted(), 0U);
}

TEST(InvalidImageUrl, IsSaidByTheApiThatCannotFetchIt) {
    ScriptedServer images(serve_files({}));
    SandboxProcess sandbox;
    NodeHost host;
    const auto result = host.run(spec_at(sandbox, input_with(images.base_url() + "/missing.jpg")));
    expect_row(result, invalid_image_url, {"unknown", "false", "null", true});
    EXPECT_NE(error_member(result, "message").find("404"), std::string::npos);
}

TEST(UnsupportedImageFormat, IsAGifThatCallsItselfAJpg) {
    ScriptedServer images(serve_files({{"/photo.jpg", "image/jpeg", make_image("gif", 320, 240)}}));
    SandboxProcess sandbox;
    NodeHost host;
    const auto result = host.run(spec_at(sandbox, input_with(images.base_url() + "/photo.jpg")));
    expect_row(result, unsupported_image_format, {"unknown", "false", "null", true});
}

TEST(ImageTooLarge, IsAFileOverTheLimit) {
    ScriptedServer images(serve_files({{"/photo.png", "image/png", make_image("png", 640, 480)}}));
    SandboxProcess sandbox({"--max-image-bytes", "1000"});
    NodeHost host;
    const auto result = host.run(spec_at(sandbox, input_with(images.base_url() + "/photo.png")));
    expect_row(result, image_too_large, {"unknown", "false", "null", true});
}

TEST(ModelNotAvailable, IsAModelThatIsSwitchedOff) {
    SandboxProcess sandbox({"--unavailable", "Pixel S"});
    auto spec = spec_at(sandbox, input_with("https://images.example/photo.jpg"));
    spec.input["model"] = "Pixel S";
    spec.timeout = 4s; // shorter than the pause that the sandbox asks for
    NodeHost host;
    const auto result = host.run(spec);
    expect_row(result, model_not_available, {"no", "true", "503", false});
    EXPECT_EQ(error_member(result, "retry_after_ms"), "5000");
    EXPECT_NE(error_member(result, "message").find("Pixel S"), std::string::npos);
}

TEST(PromptTooVague, IsAPromptOfTwoWords) {
    SandboxProcess sandbox;
    auto spec = spec_at(sandbox, input_with("https://images.example/photo.jpg"));
    spec.input["prompt"] = "make video";
    NodeHost host;
    expect_row(host.run(spec), prompt_too_vague, {"no", "false", "422", false});
}

TEST(ApiConnectionError, IsAWrongKey) {
    SandboxProcess sandbox({}, {"PIXELML_SANDBOX_API_KEY=another-key-than-the-connection-holds"});
    NodeHost host;
    const auto result = host.run(spec_at(sandbox, valid_input()));
    expect_row(result, api_connection_error, {"no", "false", "401", false});
    EXPECT_NE(error_member(result, "message").find("key"), std::string::npos);
    EXPECT_EQ(result.error->json.find(api_key), std::string::npos);
}

TEST(ApiConnectionError, IsAPortWhereNothingListens) {
    std::string base_url;
    {
        ScriptedServer gone(
            [](const Request&) { return test_support::no_reply(test_support::Reply::Then::fall_silent); });
        base_url = gone.base_url();
    }
    test_support::RunSpec spec;
    spec.input = valid_input();
    spec.connection = connection_to(base_url);
    spec.timeout = 1s;
    NodeHost host;
    const auto result = host.run(spec);
    expect_row(result, api_connection_error, {"no", "true", "null", false});
    EXPECT_NE(error_member(result, "message").find(base_url.substr(base_url.find("127"))), std::string::npos);
}

TEST(ApiConnectionError, IsACertificateOfAnUnknownAuthority) {
    const auto authority = test_support::make_authority("Nobody's authority");
    const auto other = test_support::make_authority("Another authority");
    const test_support::TestDirectory directory;
    ScriptedApi api({}, test_support::make_leaf(authority));
    auto spec = api.spec();
    spec.connection["ca_file"] = directory.write("other.pem", other.certificate_pem);
    NodeHost host;
    const auto result = host.run(spec);
    expect_row(result, api_connection_error, {"no", "false", "null", false});
    EXPECT_NE(error_member(result, "message").find("ca_file"), std::string::npos) << describe(result);
    EXPECT_TRUE(api.server().requests().empty());
}

TEST(ProcessingTimeout, LeavesACheckpointThatCollectsTheVideo) {
    ScriptedServer images(serve_files({{"/photo.jpg", "image/jpeg", make_image("jpg", 640, 480)}}));
    // Held back at the first poll, so that the deadline passes however fast the machine renders.
    SandboxProcess sandbox({"--fault", R"({"on": "poll", "fault": "slow", "delay_ms": 20000, "times": 1})"});
    auto spec = spec_at(sandbox, input_with(images.base_url() + "/photo.jpg"));
    spec.input["model"] = "Pixel S";
    spec.run_key = "order-1";
    spec.timeout = 3s;
    NodeHost host;
    const auto late = host.run(spec);
    expect_row(late, processing_timeout, {"unknown", "true", "null", true});
    ASSERT_TRUE(late.checkpoint.has_value());
    EXPECT_EQ(late.checkpoint->json.find(api_key), std::string::npos);

    spec.timeout = 100s;
    spec.checkpoint = late.checkpoint->json;
    const auto result = host.start(spec)->result(110s);
    ASSERT_TRUE(result.succeeded()) << describe(result);
    EXPECT_NE(video_of(result).find(error_member(late, "job_id")), std::string::npos);
}

TEST(ProcessingTimeout, IsSaidByTheApiWhoseRenderTakesTooLong) {
    ScriptedServer images(serve_files({{"/photo.jpg", "image/jpeg", make_image("jpg", 640, 480)}}));
    SandboxProcess sandbox({"--render-timeout", "0.05"});
    NodeHost host;
    const auto result = host.run(spec_at(sandbox, input_with(images.base_url() + "/photo.jpg")));
    expect_row(result, processing_timeout, {"unknown", "true", "null", true});
}

} // namespace
} // namespace node_tests
