#pragma once

#include "child_process.hpp"
#include "run_node.hpp"
#include "scripted_server.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace node_tests {

// A pixelml-sandbox of its own on a free port. Throws where it does not start.
class SandboxProcess {
public:
    explicit SandboxProcess(const std::vector<std::string>& options = {},
                            const std::vector<std::string>& environment = {});

    const std::string& base_url() const { return base_url_; }
    // A run with these inputs and a connection to the sandbox.
    test_support::RunSpec spec(boost::json::object input) const;

private:
    test_support::ChildProcess process_;
    std::string base_url_;
};

// A picture with texture everywhere, so that any camera move shows. The format is that of the name's ending:
// jpg, png, gif. Made by FFmpeg.
std::string make_image(std::string_view format, int width, int height);

// A handler for a server of files: 404 for any other target.
struct ServedFile {
    std::string target;
    std::string content_type;
    std::string content;
};
test_support::ScriptedServer::Handler serve_files(std::vector<ServedFile> files);

} // namespace node_tests
