#include "sandbox_runs.hpp"

#include "scripted_api.hpp"

#include <chrono>
#include <utility>

namespace node_tests {
test_support::RunSpec spec_at(const test_support::SandboxProcess& sandbox, boost::json::object input) {
    test_support::RunSpec spec;
    spec.input = std::move(input);
    spec.connection = connection_to(sandbox.base_url());
    spec.timeout = std::chrono::seconds(230);
    return spec;
}

test_support::ScriptedServer::Handler serve_files(std::vector<ServedFile> files) {
    return [files = std::move(files)](const Request& request) {
        for (const auto& file : files)
            if (file.target == request.target) {
                Reply reply;
                reply.headers.emplace_back("Content-Type", file.content_type);
                reply.body = file.content;
                return reply;
            }
        return test_support::json_reply(404, "{}");
    };
}

} // namespace node_tests
