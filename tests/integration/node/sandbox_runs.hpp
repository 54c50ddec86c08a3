#pragma once

#include "run_node.hpp"
#include "sandbox_process.hpp"
#include "scripted_server.hpp"

#include <string>
#include <vector>

namespace node_tests {

// A run with these inputs and a connection to the sandbox.
test_support::RunSpec spec_at(const test_support::SandboxProcess& sandbox, boost::json::object input);

// A handler for a server of files: 404 for any other target.
struct ServedFile {
    std::string target;
    std::string content_type;
    std::string content;
};
test_support::ScriptedServer::Handler serve_files(std::vector<ServedFile> files);

} // namespace node_tests
