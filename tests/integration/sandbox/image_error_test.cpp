#include "image_server.hpp"
#include "sandbox_api.hpp"
#include "test_images.hpp"

#include <gtest/gtest.h>

namespace sandbox_test {
namespace {

using test_support::make_image;

using namespace std::string_literals;

// A PNG that says it has 10 000 x 10 000 pixels, and ends there.
std::string huge_png() {
    return "\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\x27\x10\0\0\x27\x10\x08\x02\0\0\0"s;
}

class ImageErrors : public testing::Test {
protected:
    static void SetUpTestSuite() {
        const std::string jpeg = make_image("jpg", 64, 64);
        images = new ImageServer(
            {{"/gif", ok_answer("GIF89a and so on", "image/jpeg")},
             {"/playlist", ok_answer("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "image/png")},
             {"/empty", ok_answer("")},
             {"/cut.jpg", ok_answer(jpeg.substr(0, 20))},
             {"/garbage.png", ok_answer("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\0\x10\0\0\0\x10\x08\x02\0\0\0"s
                                        + std::string(500, 'x'))},
             {"/huge.png", ok_answer(huge_png())},
             {"/large", ok_answer(std::string(200'000, 'x'))},
             {"/large-unannounced",
              "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(200'000, 'x')},
             {"/loop", redirect_answer("/loop")},
             {"/to-file", redirect_answer("file:///etc/passwd")},
             {"/short", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\nxyz"}});
        server = new SandboxApi({"--max-image-bytes", "100000"});
    }
    static void TearDownTestSuite() {
        delete server;
        delete images;
    }
    static std::string error_of(const std::string& url) {
        const auto job = server->run(pixel_s_body(url));
        EXPECT_EQ(job.at("status").as_string(), "failed") << url;
        return job.at("error").is_object() ? std::string(job.at("error").at("code").as_string()) : "";
    }

    static inline ImageServer* images = nullptr;
    static inline SandboxApi* server = nullptr;
};

TEST_F(ImageErrors, AreInvalidImageUrlWhenItCannotBeFetched) {
    for (const char* const path : {"/missing", "/loop", "/to-file", "/short"})
        EXPECT_EQ(error_of(images->url(path)), "invalid_image_url") << path;
    EXPECT_EQ(error_of("http://127.0.0.1:1/closed-port.jpg"), "invalid_image_url");
    EXPECT_EQ(error_of("http://host.invalid/a.jpg"), "invalid_image_url");
}

TEST_F(ImageErrors, AreUnsupportedFormatByContent) {
    for (const char* const path : {"/gif", "/playlist", "/empty", "/cut.jpg", "/garbage.png"})
        EXPECT_EQ(error_of(images->url(path)), "unsupported_image_format") << path;
}

TEST_F(ImageErrors, AreTooLargeByBytesOrPixels) {
    for (const char* const path : {"/large", "/large-unannounced", "/huge.png"})
        EXPECT_EQ(error_of(images->url(path)), "image_too_large") << path;
}

TEST_F(ImageErrors, LeaveNoFilesBehind) {
    error_of(images->url("/garbage.png"));
    EXPECT_TRUE(eventually([] { return server->files().empty(); }));
}

TEST_F(ImageErrors, LetAFetchBeCancelled) {
    const std::string hanging = id_of(server->submit(pixel_s_body(images->url("/hang"))));
    ASSERT_TRUE(
        eventually([&] { return server->poll(hanging).json().at("status").as_string() == "running"; }));
    server->cancel(hanging);
    EXPECT_EQ(error_of(images->url("/gif")), "unsupported_image_format"); // the worker is free again
}

TEST(ProcessingTimeout, EndsASlowRender) {
    const ImageServer images({{"/photo.jpg", ok_answer(make_image("jpg", 1600, 1200))}});
    const SandboxApi server({"--render-timeout", "0.5"});
    const auto job =
        server.run(submit_body(images.url("/photo.jpg"), "Slowly zoom in now", "Landscape FullHD (16:9)"));
    EXPECT_EQ(job.at("status").as_string(), "failed");
    EXPECT_EQ(job.at("error").at("code").as_string(), "processing_timeout");
    EXPECT_TRUE(eventually([&] { return children_of(server.id()).empty(); }));
}

} // namespace
} // namespace sandbox_test
