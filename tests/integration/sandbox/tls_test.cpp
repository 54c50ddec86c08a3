#include "child_process.hpp"
#include "image_server.hpp"
#include "sandbox_api.hpp"
#include "test_images.hpp"

#include <gtest/gtest.h>

namespace sandbox_test {
namespace {

using test_support::make_image;
using test_support::output_of;

namespace fs = std::filesystem;

class Tls : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "sandbox-tls-XXXXXX").string();
        ASSERT_TRUE(mkdtemp(pattern.data()));
        directory = pattern;
        certificate = directory / "certificate.pem";
        key = directory / "key.pem";
        output_of({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                   "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                   "-keyout", key, "-out", certificate});
    }
    void TearDown() override { fs::remove_all(directory); }

    fs::path directory;
    std::string certificate;
    std::string key;
};

TEST_F(Tls, ServesHttpsAndFetchesImagesOverIt) {
    const ImageServer images({{"/photo.jpg", ok_answer(make_image("jpg", 320, 240))}});
    const SandboxApi server({"--tls-certificate", certificate, "--tls-key", key, "--ca-file", certificate});
    ASSERT_TRUE(server.base_url().starts_with("https://"));
    const std::vector<std::string> headers{"Authorization: Bearer k", "Content-Type: application/json"};
    const auto submit = [&](const std::string& image) {
        return call(
            {"POST", server.base_url() + "/v1/image-to-video", headers, pixel_s_body(image), certificate});
    };
    const auto finish = [&](const Answer& answer) {
        return call({"GET",
                     server.base_url() + "/v1/jobs/" + id_of(answer),
                     {"Authorization: Bearer k", "Prefer: wait=60"},
                     {},
                     certificate})
            .json();
    };
    const auto job = finish(submit(images.url("/photo.jpg")));
    ASSERT_EQ(job.at("status").as_string(), "succeeded") << server.log();
    const std::string video(job.at("output").at("video").as_string());
    EXPECT_TRUE(video.starts_with("https://"));
    EXPECT_EQ(call({"GET", video, {}, {}, certificate}).body.substr(4, 4), "ftyp");

    // Its own thumbnail is an image over https that --ca-file lets it trust.
    EXPECT_EQ(finish(submit(std::string(job.at("thumbnail").as_string()))).at("status").as_string(),
              "succeeded");
    // Without the certificate it is not trusted.
    EXPECT_NE(call({"GET", server.base_url() + "/", {}, {}, {}}).curl_code, 0);
}

TEST_F(Tls, NamesTheFileThatItCannotUse) {
    const SandboxEnd ended = run_sandbox({"--port", "0", "--tls-certificate", key, "--tls-key", key});
    EXPECT_EQ(ended.exit_code, 1);
    EXPECT_NE(ended.errors.find(key), std::string::npos) << ended.errors;
}

} // namespace
} // namespace sandbox_test
