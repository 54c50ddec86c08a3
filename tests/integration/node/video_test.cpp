// The node's main job on real input: the examples of its page and every size, through the built module and
// the sandbox, to a video that plays.
#include "child_process.hpp"
#include "sandbox_runs.hpp"
#include "test_certificates.hpp"
#include "test_directory.hpp"
#include "test_images.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

namespace node_tests {
namespace {

namespace json = boost::json;
using test_support::describe;
using test_support::long_enough;
using test_support::make_image;
using test_support::NodeHost;
using test_support::run_command;
using test_support::SandboxProcess;
using test_support::ScriptedServer;
using test_support::video_of;

struct Size {
    const char* name;
    int width;
    int height;
};

void PrintTo(const Size& size, std::ostream* out) {
    *out << size.name;
}

// Seconds on an idle machine; the deadline of the run comes first.
constexpr auto render_bound = std::chrono::seconds(240);

// Width and height to which frames are reduced before they are compared.
constexpr std::size_t small_width = 32;
constexpr std::size_t small_height = 32;

// One small grey picture for each second of the video.
std::vector<std::string> pictures_of(const std::string& video) {
    const auto filter = "fps=1,scale=" + std::to_string(small_width) + ":" + std::to_string(small_height);
    const auto decoded = run_command({"ffmpeg", "-nostdin", "-v", "error", "-i", video, "-vf", filter, "-f",
                                      "rawvideo", "-pix_fmt", "gray", "-"},
                                     long_enough);
    EXPECT_EQ(decoded.exit_code, 0) << "FFmpeg cannot decode " << video;
    constexpr std::size_t bytes = small_width * small_height;
    std::vector<std::string> pictures;
    for (std::size_t at = 0; at + bytes <= decoded.output.size(); at += bytes)
        pictures.push_back(decoded.output.substr(at, bytes));
    return pictures;
}

// Mean difference of the pixels, 0 to 255.
double difference(const std::string& a, const std::string& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += std::abs(static_cast<unsigned char>(a[i]) - static_cast<unsigned char>(b[i]));
    return sum / static_cast<double>(a.size());
}

void expect_video(const std::string& video, int width, int height) {
    const auto probed = run_command({"ffprobe", "-v", "error", "-select_streams", "v", "-show_entries",
                                     "stream=codec_name,width,height:format=duration", "-of", "json", video},
                                    long_enough);
    ASSERT_EQ(probed.exit_code, 0) << "ffprobe cannot read " << video;
    const auto facts = json::parse(probed.output);
    ASSERT_EQ(facts.at("streams").as_array().size(), 1U);
    const auto& stream = facts.at("streams").at(0).as_object();
    EXPECT_EQ(stream.at("codec_name").as_string(), "h264");
    EXPECT_EQ(stream.at("width").as_int64(), width);
    EXPECT_EQ(stream.at("height").as_int64(), height);
    EXPECT_GE(std::stod(std::string(facts.at("format").at("duration").as_string())), 4.0);

    const auto pictures = pictures_of(video);
    ASSERT_GE(pictures.size(), 4U);
    // Noise of the encoder stays below 1.
    EXPECT_GT(difference(pictures.front(), pictures[pictures.size() / 2]), 2.0) << "nothing moves";
    EXPECT_GT(difference(pictures.front(), pictures.back()), 2.0) << "nothing moves";
}

// The inputs of the page's examples, word for word but for the image's host.
struct Example {
    const char* name;
    const char* image; // below the host
    int image_width;
    int image_height;
    const char* input; // {{host}} stands for the image's host
    int width;
    int height;
};

void PrintTo(const Example& example, std::ostream* out) {
    *out << example.name;
}

const Example examples[] = {
    {"AnimateProductPhoto", "/product-shoe.jpg", 1200, 1200, R"json({
        "model": "Pixel M",
        "prompt": "Slowly rotating 360 degrees, smooth camera movement, professional product showcase",
        "image": "https://{{host}}/product-shoe.jpg",
        "negative_prompt": "jerky motion, blurry, distorted, static",
        "size": "Square HD (1:1)",
        "prompt_optimizer": true
     })json",
     720, 720},
    {"CreateAnimatedPortrait", "/portrait.jpg", 900, 1600, R"json({
        "model": "Pixel M",
        "prompt": "Gentle hair movement in breeze, subtle facial expressions, cinematic lighting",
        "image": "https://{{host}}/portrait.jpg",
        "negative_prompt": "unnatural movement, flickering, artifacts",
        "size": "Portrait HD (9:16)",
        "prompt_optimizer": true
     })json",
     720, 1280},
    {"AnimateLandscapeScene", "/landscape.jpg", 1600, 900, R"json({
        "model": "Pixel S",
        "prompt": "Clouds moving across sky, trees swaying, water rippling",
        "image": "https://{{host}}/landscape.jpg",
        "negative_prompt": "static, frozen, unrealistic motion",
        "size": "Landscape HD (16:9)",
        "prompt_optimizer": false
     })json",
     640, 360},
};

class PageExample : public testing::TestWithParam<Example> {};

TEST_P(PageExample, BecomesAVideo) {
    const auto& example = GetParam();
    const test_support::TestDirectory directory;
    const auto authority = test_support::make_authority("Images of this test");
    const auto authority_file = directory.write("authority.pem", authority.certificate_pem);
    ScriptedServer images(serve_files({{example.image, "image/jpeg",
                                        make_image("jpg", example.image_width, example.image_height)}}),
                          test_support::make_leaf(authority));
    SandboxProcess sandbox({"--ca-file", authority_file});

    std::string input = example.input;
    const std::string placeholder = "{{host}}";
    input.replace(input.find(placeholder), placeholder.size(), "127.0.0.1:" + std::to_string(images.port()));
    NodeHost host;
    const auto live = host.start(spec_at(sandbox, json::parse(input).as_object()));
    const auto result = live->result(render_bound);
    ASSERT_TRUE(result.succeeded()) << describe(result);
    EXPECT_TRUE(video_of(result).starts_with(sandbox.base_url() + "/videos/"));
    expect_video(video_of(result), example.width, example.height);
    EXPECT_TRUE(
        live->wait_for_progress([](const wfn::Progress& progress) { return !progress.job_id.empty(); },
                                std::chrono::milliseconds(0)));
}

INSTANTIATE_TEST_SUITE_P(Page, PageExample, testing::ValuesIn(examples),
                         [](const auto& test) { return std::string(test.param.name); });

std::string test_name(const testing::TestParamInfo<Size>& test) {
    std::string name;
    for (const char c : std::string(test.param.name))
        if (std::isalnum(static_cast<unsigned char>(c)) != 0)
            name += c;
        else if (c == ':')
            name += "to";
    return name;
}

class PixelM : public testing::TestWithParam<Size> {};

TEST_P(PixelM, RendersTheSizeAskedFor) {
    const auto& size = GetParam();
    ScriptedServer images(serve_files({{"/photo.png", "image/png", make_image("png", 1280, 960)}}));
    SandboxProcess sandbox;
    NodeHost host;
    const auto live = host.start(spec_at(sandbox, {{"model", "Pixel M"},
                                                   {"prompt", "The camera pans slowly to the right"},
                                                   {"image", images.base_url() + "/photo.png"},
                                                   {"negative_prompt", "blurry"},
                                                   {"size", size.name}}));
    const auto result = live->result(render_bound);
    ASSERT_TRUE(result.succeeded()) << describe(result);
    expect_video(video_of(result), size.width, size.height);
}

constexpr Size hd_sizes[] = {{"Landscape HD (4:3)", 960, 720}, {"Portrait HD (3:4)", 720, 960}};
INSTANTIATE_TEST_SUITE_P(Size, PixelM, testing::ValuesIn(hd_sizes), test_name);

#ifndef NODE_TESTS_FEW_VIDEOS
constexpr Size more_sizes[] = {
    {"Square HD (1:1)", 720, 720},          {"Square FullHD (1:1)", 1080, 1080},
    {"Portrait FullHD (3:4)", 1080, 1440},  {"Portrait HD (9:16)", 720, 1280},
    {"Portrait FullHD (9:16)", 1080, 1920}, {"Landscape FullHD (4:3)", 1440, 1080},
    {"Landscape HD (16:9)", 1280, 720},     {"Landscape FullHD (16:9)", 1920, 1080}};
INSTANTIATE_TEST_SUITE_P(MoreSize, PixelM, testing::ValuesIn(more_sizes), test_name);

class PixelS : public testing::TestWithParam<Size> {};

TEST_P(PixelS, RendersTheImagesOwnShape) {
    ScriptedServer images(serve_files({{"/photo.jpg", "image/jpeg", make_image("jpg", 960, 1280)}}));
    SandboxProcess sandbox;
    NodeHost host;
    const auto live = host.start(spec_at(sandbox, {{"model", "Pixel S"},
                                                   {"prompt", "The camera zooms in slowly"},
                                                   {"image", images.base_url() + "/photo.jpg"},
                                                   {"negative_prompt", nullptr},
                                                   {"size", GetParam().name}}));
    const auto result = live->result(render_bound);
    ASSERT_TRUE(result.succeeded()) << describe(result);
    EXPECT_NE(result.warnings_json.find("size_ignored"), std::string::npos);
    expect_video(video_of(result), 480, 640);
}

constexpr Size s_sizes[] = {{"Portrait HD (3:4)", 480, 640}, {"Landscape FullHD (16:9)", 480, 640}};
INSTANTIATE_TEST_SUITE_P(Size, PixelS, testing::ValuesIn(s_sizes), test_name);
#endif

} // namespace
} // namespace node_tests
