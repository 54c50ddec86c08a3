#include "raw_connection.hpp"
#include "sandbox_api.hpp"

#include <gtest/gtest.h>

namespace sandbox_test {
namespace {

class HostileInput : public testing::Test {
protected:
    static void SetUpTestSuite() { server = new SandboxApi; }
    static void TearDownTestSuite() { delete server; }
    void TearDown() override { EXPECT_EQ(server->get("/v1/jobs").status, 200); } // it still serves

    static std::string status_of(const std::string& bytes) {
        const std::string answer = send_raw(server->base_url(), bytes);
        return answer.substr(0, answer.find("\r\n"));
    }

    static inline SandboxApi* server = nullptr;
};

TEST_F(HostileInput, HugeHeader) {
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n"),
              "HTTP/1.1 431 Request Header Fields Too Large");
    EXPECT_EQ(status_of("GET /" + std::string(100'000, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n"),
              "HTTP/1.1 431 Request Header Fields Too Large");
}

TEST_F(HostileInput, BodyTooLarge) {
    const std::string body(10 * 1024 * 1024 + 1, ' ');
    const Answer answer = server->submit(body);
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(answer.error_code(), "payload_too_large");
    std::string chunked = "POST /v1/image-to-video HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 321; ++i)
        chunked += "8000\r\n" + std::string(0x8000, ' ') + "\r\n";
    EXPECT_EQ(status_of(chunked + "0\r\n\r\n"), "HTTP/1.1 413 Payload Too Large");
}

TEST_F(HostileInput, NoHttp) {
    EXPECT_EQ(status_of("\x16\x03\x01 this is TLS\r\n\r\n"), "HTTP/1.1 400 Bad Request");
    EXPECT_EQ(status_of("GET / HTTP/9.9\r\n\r\n"), "HTTP/1.1 400 Bad Request");
    EXPECT_EQ(status_of("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), "HTTP/1.1 400 Bad Request");
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost"), "");
    EXPECT_EQ(status_of(""), "");
}

TEST_F(HostileInput, PathTraversal) {
    for (const char* const path :
         {"/videos/../../../../etc/passwd", "/videos/..%2f..%2fetc%2fpasswd", "/../etc/passwd",
          "/videos/job_../../../../../etc/pas.mp4", "//etc/passwd", "/thumbnails/../x.jpg"}) {
        EXPECT_EQ(status_of("GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
                  "HTTP/1.1 404 Not Found")
            << path;
    }
}

TEST_F(HostileInput, HostHeaderThatIsNone) {
    const std::string body = submit_body("http://127.0.0.1:1/a.jpg");
    const Answer answer = server->submit(body, {"Host: evil\"><script>"});
    EXPECT_EQ(answer.status, 202);
    EXPECT_EQ(server->get("/jobs.json").json().at("base_url").as_string(), server->base_url());
}

TEST_F(HostileInput, DeepJson) {
    EXPECT_EQ(server->submit(std::string(500'000, '[')).status, 400);
}

TEST_F(HostileInput, ManyConnectionsThatSayNothing) {
    for (int i = 0; i < 200; ++i)
        EXPECT_EQ(send_raw(server->base_url(), ""), "");
}

} // namespace
} // namespace sandbox_test
