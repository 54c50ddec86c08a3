#pragma once

#include "scripted_server.hpp"

#include <map>
#include <string>

namespace sandbox_test {

// A plain HTTP server on a free loopback port that answers each path with fixed bytes: the whole answer,
// from the status line on. A path that is not known is a 404; "/hang" is accepted and never answered.
class ImageServer {
public:
    explicit ImageServer(std::map<std::string, std::string> answers);

    std::string url(const std::string& path) const { return server_.base_url() + path; }

private:
    test_support::ScriptedServer server_;
};

std::string ok_answer(const std::string& body, const std::string& content_type = "application/octet-stream");
std::string redirect_answer(const std::string& location);

} // namespace sandbox_test
