#pragma once

#include <atomic>
#include <map>
#include <string>
#include <thread>

namespace sandbox_test {

// A plain HTTP server on a free loopback port that answers each path with fixed bytes: the whole answer,
// from the status line on. A path that is not known is a 404; "/hang" is accepted and never answered.
class ImageServer {
public:
    explicit ImageServer(std::map<std::string, std::string> answers);
    ~ImageServer();
    ImageServer(const ImageServer&) = delete;
    ImageServer& operator=(const ImageServer&) = delete;

    std::string url(const std::string& path) const;

private:
    void serve();
    void answer(int connection) const;

    std::map<std::string, std::string> answers_;
    int listener_ = -1;
    int port_ = 0;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

std::string ok_answer(const std::string& body, const std::string& content_type = "application/octet-stream");
std::string redirect_answer(const std::string& location);

} // namespace sandbox_test
