#pragma once

#include <job_service.hpp>
#include <string>

namespace boundary_tests {

// What the API does with every job.
struct JobScript {
    static constexpr int never = -1;
    int polls_until_done = 0; // 0: the submit's own reply brings the video
    bool tls = false;
};

// A paid service, and the connection to it. It honours no keys, so every submit makes a job.
class JobApi {
public:
    explicit JobApi(JobScript script = {});
    JobApi(const JobApi&) = delete;
    JobApi& operator=(const JobApi&) = delete;
    ~JobApi();

    // For wfn_request.connection_json.
    std::string connection() const;
    // {"video": ...} of the job, which is numbered from 1.
    static std::string output_of(int job);

    const test_support::ScriptedServer& server() const { return service_.server(); }
    std::size_t submits() const { return server().requests("POST", "/v1/image-to-video").size(); }
    std::size_t polls() const { return server().requests("GET", "/v1/jobs/").size(); }
    std::size_t cancels() const { return server().requests("DELETE", "/v1/jobs/").size(); }

private:
    std::string ca_file_; // with TLS
    test_support::JobService service_;
};

} // namespace boundary_tests
