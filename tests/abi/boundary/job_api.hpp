#pragma once

#include <map>
#include <memory>
#include <scripted_server.hpp>
#include <string>

namespace boundary_tests {

// What the API does with every job.
struct JobScript {
    static constexpr int never = -1;
    int polls_until_done = 0; // 0: the submit's own reply brings the video
    bool tls = false;
};

// The PixelML API as the module's built-in binding describes it, on a loopback port.
class JobApi {
public:
    explicit JobApi(JobScript script = {});
    JobApi(const JobApi&) = delete;
    JobApi& operator=(const JobApi&) = delete;
    ~JobApi();

    // For wfn_request.connection_json.
    std::string connection() const;
    static std::string video_of(int job);
    // {"video": ...} of the job, which is numbered from 1.
    static std::string output_of(int job);

    const test_support::ScriptedServer& server() const { return *server_; }
    std::size_t submits() const { return server_->requests("POST", "/v1/image-to-video").size(); }
    std::size_t polls() const { return server_->requests("GET", "/v1/jobs/").size(); }
    std::size_t cancels() const { return server_->requests("DELETE", "/v1/jobs/").size(); }

private:
    test_support::Reply answer(const test_support::Request& request);

    const JobScript script_;
    std::string ca_file_; // with TLS
    // Only the server's thread's.
    int jobs_ = 0;
    std::map<std::string, int> polls_of_; // by the job's target

    std::unique_ptr<test_support::ScriptedServer> server_; // last: its thread uses the members above
};

} // namespace boundary_tests
