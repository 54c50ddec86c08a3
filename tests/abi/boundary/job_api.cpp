#include "job_api.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
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
    script.keys_honoured = from.keys_honoured;
    script.instead =
        [uploads = 0](const test_support::Request& request) mutable -> std::optional<test_support::Reply> {
        if (request.target != "/v1/files")
            return std::nullopt;
        return test_support::json_reply(201, R"({"url": "https://files.example/)" + std::to_string(++uploads)
                                                 + ".jpg\"}");
    };
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

JobApi::JobApi(JobScript script)
    : keys_honoured_(script.keys_honoured), service_(script_of(script), make_tls(script, ca_file_)) {}

JobApi::~JobApi() {
    if (!ca_file_.empty())
        std::filesystem::remove(ca_file_);
}

std::string JobApi::connection(Files files) const {
    boost::json::object connection{{"api_key", "test-key"},
                                   {"allow_insecure_loopback", true},
                                   {"base_url", service_.base_url()},
                                   {"idempotent_submit", keys_honoured_}};
    if (!ca_file_.empty())
        connection["ca_file"] = ca_file_;
    if (files != Files::not_taken) {
        std::ifstream described(PIXELML_API);
        auto binding =
            boost::json::parse(std::string(std::istreambuf_iterator<char>(described), {})).as_object();
        binding["files"] =
            boost::json::parse(files == Files::in_the_submit
                                   ? R"({"media_types": ["image/jpeg", "image/png"], "as": "data_uri"})"
                                   : R"({"media_types": ["image/jpeg", "image/png"], "as": "upload",
            "upload": {"steps": [{"method": "POST", "path": "/v1/files", "file": true,
                                  "headers": {"Content-Type": "{{file.type}}"}, "keep": {"url": ["/url"]}}],
                       "url": "{{kept.url}}"}})");
        binding["files"].as_object()["max_bytes"] = max_file_bytes;
        connection["api_binding"] = std::move(binding);
    }
    return boost::json::serialize(connection);
}

std::vector<std::string> JobApi::images() const {
    std::vector<std::string> images;
    for (const auto& submit : server().requests("POST", "/v1/image-to-video"))
        images.emplace_back(boost::json::parse(submit.body).at("image").as_string());
    return images;
}

std::string JobApi::output_of(int job) {
    test_support::Job named;
    named.id = "job-" + std::to_string(job);
    return R"({"video":")" + named.video() + "\"}";
}

} // namespace boundary_tests
