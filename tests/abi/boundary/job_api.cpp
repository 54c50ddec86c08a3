#include "job_api.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace boundary_tests {
namespace {

using test_support::json_reply;

constexpr const char* jobs = "/v1/jobs/";

std::string write_to_new_file(const std::string& text) {
    auto path = (std::filesystem::temp_directory_path() / "boundary-ca-XXXXXX").string();
    const int file = ::mkstemp(path.data());
    if (file < 0)
        throw std::runtime_error("no temporary file can be made");
    ::close(file);
    std::ofstream(path) << text;
    return path;
}

std::string job_json(const std::string& id, const std::string& status, const std::string& more = {}) {
    return R"({"id": ")" + id + R"(", "status": ")" + status + '"' + more + "}";
}

} // namespace

JobApi::JobApi(JobScript script) : script_(script) {
    const auto handler = [this](const test_support::Request& request) { return answer(request); };
    if (script_.tls) {
        const auto authority = test_support::make_authority("boundary tests");
        ca_file_ = write_to_new_file(authority.certificate_pem);
        server_ = std::make_unique<test_support::ScriptedServer>(handler, test_support::make_leaf(authority));
    } else {
        server_ = std::make_unique<test_support::ScriptedServer>(handler);
    }
}

JobApi::~JobApi() {
    if (!ca_file_.empty())
        std::filesystem::remove(ca_file_);
}

std::string JobApi::connection() const {
    return R"({"api_key": "test-key", "allow_insecure_loopback": true, "base_url": ")" + server_->base_url()
           + (ca_file_.empty() ? std::string() : R"(", "ca_file": ")" + ca_file_) + "\"}";
}

std::string JobApi::video_of(int job) {
    return "https://storage.example.com/videos/" + std::to_string(job) + ".mp4";
}

std::string JobApi::output_of(int job) {
    return R"({"video":")" + video_of(job) + "\"}";
}

test_support::Reply JobApi::answer(const test_support::Request& request) {
    const auto done = [](const std::string& id) {
        return job_json(id, "succeeded", R"(, "output": {"video": ")" + video_of(std::stoi(id)) + "\"}");
    };
    if (request.method == "POST") {
        const auto id = std::to_string(++jobs_);
        polls_of_[jobs + id] = 0;
        return json_reply(202, script_.polls_until_done == 0 ? done(id) : job_json(id, "queued"));
    }
    const auto job = polls_of_.find(request.target);
    if (job == polls_of_.end())
        return json_reply(404, R"({"error": {"code": "not_found", "message": "No such job."}})");
    const auto id = request.target.substr(std::string_view(jobs).size());
    if (request.method == "DELETE")
        return json_reply(200, job_json(id, "cancelled"));
    const auto polls = ++job->second;
    const bool is_done = script_.polls_until_done != JobScript::never && polls >= script_.polls_until_done;
    return json_reply(200, is_done ? done(id) : job_json(id, "running", R"(, "progress": 0.5)"));
}

} // namespace boundary_tests
