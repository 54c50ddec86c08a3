#pragma once

#include <cstddef>
#include <job_service.hpp>
#include <string>
#include <vector>

namespace boundary_tests {

// What the API does with every job.
struct JobScript {
    static constexpr int never = -1;
    int polls_until_done = 0; // 0: the submit's own reply brings the video
    bool tls = false;
    bool keys_honoured = false;
};

// How it takes files; see "files" in schemas/api_binding.schema.json.
enum class Files { not_taken, in_the_submit, uploaded };
inline constexpr std::size_t max_file_bytes = 1'000'000;

// A paid service, and the connection to it. It honours no keys, so every submit makes a job.
class JobApi {
public:
    explicit JobApi(JobScript script = {});
    JobApi(const JobApi&) = delete;
    JobApi& operator=(const JobApi&) = delete;
    ~JobApi();

    // For wfn_request.connection_json.
    std::string connection(Files files = Files::not_taken) const;
    // {"video": ...} of the job, which is numbered from 1.
    static std::string output_of(int job);

    const test_support::ScriptedServer& server() const { return service_.server(); }
    // The image of the submits, in order.
    std::vector<std::string> images() const;
    std::size_t uploads() const { return server().requests("POST", "/v1/files").size(); }
    std::size_t submits() const { return server().requests("POST", "/v1/image-to-video").size(); }
    std::size_t polls() const { return server().requests("GET", "/v1/jobs/").size(); }
    std::size_t cancels() const { return server().requests("DELETE", "/v1/jobs/").size(); }

private:
    std::string ca_file_; // with TLS
    const bool keys_honoured_;
    test_support::JobService service_;
};

} // namespace boundary_tests
