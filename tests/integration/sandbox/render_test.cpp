#include "child_process.hpp"
#include "image_server.hpp"
#include "sandbox_api.hpp"
#include "test_images.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace sandbox_test {
namespace {

using test_support::make_image;
using test_support::output_of;
using test_support::with_orientation;

struct Probe {
    boost::json::value stream;
    boost::json::value format;
};

Probe probe(const std::string& path) {
    const auto json = boost::json::parse(
        output_of({"ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", path}));
    return {json.at("streams").at(0), json.at("format")};
}

// Mean absolute difference, 0 to 255, between the first frame and the one at `seconds`, both made small.
double difference(const std::string& path, const std::string& seconds) {
    const auto frame = [&](const std::string& at) {
        return output_of({"ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-ss", at, "-i", path,
                          "-frames:v", "1", "-vf", "scale=64:64,format=gray", "-f", "rawvideo", "pipe:1"});
    };
    const std::string first = frame("0");
    const std::string second = frame(seconds);
    EXPECT_EQ(first.size(), 64U * 64U);
    EXPECT_EQ(second.size(), first.size());
    double sum = 0;
    for (std::size_t i = 0; i < std::min(first.size(), second.size()); ++i) {
        sum +=
            std::abs(int{static_cast<unsigned char>(first[i])} - int{static_cast<unsigned char>(second[i])});
    }
    return sum / static_cast<double>(first.size());
}

class Render : public testing::Test {
protected:
    static void SetUpTestSuite() {
        const std::string jpeg = make_image("jpg", 800, 600);
        images = new ImageServer({{"/photo.jpg", ok_answer(jpeg)},
                                  {"/turned.jpg", ok_answer(with_orientation(jpeg, 6))},
                                  {"/photo.png", ok_answer(make_image("png", 500, 700), "text/html")},
                                  {"/strip.png", ok_answer(make_image("png", 3000, 2))},
                                  {"/there", redirect_answer("/photo.jpg")}});
        server = new SandboxApi({"--workers", "2"});
    }
    static void TearDownTestSuite() {
        delete server;
        delete images;
    }

    static std::string download(const boost::json::value& job) {
        EXPECT_EQ(job.at("status").as_string(), "succeeded") << server->log();
        const Answer answer =
            call({"GET", std::string(job.at("output").at("video").as_string()), {}, {}, {}});
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.headers.at("content-type"), "video/mp4");
        std::string path = server->temporary_directory() / "downloaded.mp4";
        std::ofstream(path, std::ios::binary) << answer.body;
        return path;
    }

    static void expect_video(const std::string& path, int width, int height, double seconds) {
        const Probe probed = probe(path);
        EXPECT_EQ(probed.stream.at("codec_name").as_string(), "h264");
        EXPECT_EQ(probed.stream.at("pix_fmt").as_string(), "yuv420p");
        EXPECT_EQ(probed.stream.at("width").as_int64(), width);
        EXPECT_EQ(probed.stream.at("height").as_int64(), height);
        EXPECT_EQ(probed.stream.at("avg_frame_rate").as_string(), "25/1");
        EXPECT_NEAR(std::stod(std::string(probed.format.at("duration").as_string())), seconds, 0.001);
        EXPECT_GT(difference(path, "2.5"), 3.0); // a still picture: well below 1
        const std::string title(probed.format.at("tags").at("title").as_string());
        EXPECT_NE(title.find("not AI"), std::string::npos);
    }

    static inline ImageServer* images = nullptr;
    static inline SandboxApi* server = nullptr;
};

TEST_F(Render, MakesPixelMInTheSizeAskedForFromAJpeg) {
    const auto job =
        server->run(submit_body(images->url("/photo.jpg"), "Slowly zooming in on it", "Landscape HD (16:9)"));
    expect_video(download(job), 1280, 720, 5);
    EXPECT_EQ(job.at("camera_move").as_string(), "zoom_in");
    EXPECT_EQ(job.at("progress").to_number<double>(), 1);
}

TEST_F(Render, MakesPortraitFromAPngWhateverItsContentType) {
    expect_video(download(server->run(submit_body(images->url("/photo.png"), "Rotate by 90 degrees now",
                                                  "Portrait HD (9:16)"))),
                 720, 1280, 5);
}

TEST_F(Render, MakesFullHd) {
    expect_video(download(server->run(
                     submit_body(images->url("/photo.jpg"), "Orbit it to the left", "Square FullHD (1:1)"))),
                 1080, 1080, 5);
}

TEST_F(Render, MakesPixelSInTheImagesAspectRatio) {
    const std::string path =
        download(server->run(pixel_s_body(images->url("/photo.jpg"), "Pan to the left")));
    expect_video(path, 640, 480, 4);
}

TEST_F(Render, HonoursTheExifOrientation) {
    expect_video(download(server->run(pixel_s_body(images->url("/turned.jpg"), "Tilt down a bit"))), 480, 640,
                 4);
}

TEST_F(Render, CopesWithAStrip) {
    expect_video(download(server->run(pixel_s_body(images->url("/strip.png"), "Pan to the right"))), 640, 64,
                 4);
}

TEST_F(Render, FollowsARedirect) {
    EXPECT_EQ(server->run(pixel_s_body(images->url("/there"))).at("status").as_string(), "succeeded");
}

TEST_F(Render, ServesRanges) {
    const auto job = server->run(pixel_s_body(images->url("/photo.jpg")));
    const std::string url(job.at("output").at("video").as_string());
    const Answer whole = call({"GET", url, {}, {}, {}});
    ASSERT_EQ(whole.status, 200);
    EXPECT_EQ(whole.headers.at("accept-ranges"), "bytes");
    const std::string size = std::to_string(whole.body.size());

    const Answer part = call({"GET", url, {"Range: bytes=100-299"}, {}, {}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, whole.body.substr(100, 200));
    EXPECT_EQ(part.headers.at("content-range"), "bytes 100-299/" + size);

    const Answer tail = call({"GET", url, {"Range: bytes=-50"}, {}, {}});
    EXPECT_EQ(tail.status, 206);
    EXPECT_EQ(tail.body, whole.body.substr(whole.body.size() - 50));

    const Answer beyond = call({"GET", url, {"Range: bytes=" + size + "-"}, {}, {}});
    EXPECT_EQ(beyond.status, 416);
    EXPECT_EQ(beyond.headers.at("content-range"), "bytes */" + size);

    const Answer head = call({"HEAD", url, {}, {}, {}});
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.headers.at("content-length"), size);
    EXPECT_TRUE(head.body.empty());

    const Answer thumbnail = server->get("/thumbnails/" + std::string(job.at("id").as_string()) + ".jpg");
    EXPECT_EQ(thumbnail.status, 200);
    EXPECT_TRUE(thumbnail.body.starts_with("\xFF\xD8"));
}

TEST_F(Render, ReportsProgressAndAnEstimate) {
    const std::string id = id_of(server->submit(
        submit_body(images->url("/photo.jpg"), "Slowly zoom in now", "Landscape FullHD (16:9)")));
    boost::json::value seen;
    ASSERT_TRUE(eventually([&] {
        seen = server->poll(id).json();
        return seen.at("progress").to_number<double>() > 0;
    }));
    EXPECT_EQ(seen.at("status").as_string(), "running");
    EXPECT_GE(seen.at("eta_seconds").to_number<double>(), 0);
    server->cancel(id);
}

TEST_F(Render, StopsFfmpegOnCancelAndLeavesNothing) {
    const std::string id = id_of(server->submit(
        submit_body(images->url("/photo.jpg"), "Slowly zoom in now", "Landscape FullHD (16:9)")));
    server->wait_until_rendering(id);
    EXPECT_FALSE(children_of(server->id()).empty());
    EXPECT_EQ(server->cancel(id).json().at("status").as_string(), "cancelled");
    EXPECT_TRUE(eventually([] { return children_of(server->id()).empty(); }));
    EXPECT_TRUE(eventually([&] {
        for (const std::string& name : server->files())
            if (name == id + ".mp4" || name.ends_with(".part") || name.ends_with(".image"))
                return false;
        return true;
    }));
    EXPECT_EQ(server->get("/videos/" + id + ".mp4").status, 404);
}

} // namespace
} // namespace sandbox_test
