#include "job_api.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace boundary_tests {
namespace {

std::string write_to_new_file(const std::string& text) {
    auto path = (std::filesystem::temp_directory_path() / "boundary-ca-XXXXXX").string();
    const int file = ::mkstemp(path.data());
    if (file < 0)
        throw std::runtime_error("no temporary file can be made");
    ::close(file);
    std::ofstream(path) << text;
    return path;
}

test_support::Script script_of(const JobScript& from) {
    test_support::Script script;
    script.keys_honoured = false;
    script.done_at_once = from.polls_until_done == 0;
    script.is_done = [polls = from.polls_until_done](const test_support::Job& job) {
        return polls != JobScript::never && job.polls >= polls;
    };
    return script;
}

// Writes the file of the authority that clients are to trust.
test_support::SslContext make_tls(const JobScript& script, std::string& ca_file) {
    if (!script.tls)
        return nullptr;
    const auto authority = test_support::make_authority("boundary tests");
    ca_file = write_to_new_file(authority.certificate_pem);
    return test_support::make_server_context(test_support::make_leaf(authority));
}

} // namespace

JobApi::JobApi(JobScript script) : service_(script_of(script), make_tls(script, ca_file_)) {}

JobApi::~JobApi() {
    if (!ca_file_.empty())
        std::filesystem::remove(ca_file_);
}

std::string JobApi::connection() const {
    return R"({"api_key": "test-key", "allow_insecure_loopback": true, "base_url": ")" + service_.base_url()
           + (ca_file_.empty() ? std::string() : R"(", "ca_file": ")" + ca_file_) + "\"}";
}

std::string JobApi::output_of(int job) {
    test_support::Job named;
    named.id = "job-" + std::to_string(job);
    return R"({"video":")" + named.video() + "\"}";
}

} // namespace boundary_tests
