#include "api/reply.hpp"
#include "fuzz_target.hpp"
#include "http/url.hpp"
#include "job/output.hpp"

using namespace job_engine;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto& definition = fuzz::image_to_video();
    const Origin origin{true, "api.pixelml.com", 443};
    HttpReply reply;
    reply.status = 200;
    reply.body = std::string(fuzz::text_of(data, size));
    reply.location = reply.body.substr(0, reply.body.find('\n'));
    const auto job = read_job_reply(reply, *definition.built_in_binding, origin, "/v1/jobs/1");
    if (job) {
        fuzz::require(!job->progress || (*job->progress >= 0 && *job->progress <= 1));
        fuzz::require(!job->eta_seconds || *job->eta_seconds >= 0);
        // A target is asked with the credentials, so it is a path and of this origin.
        for (const auto* target : {&job->targets.poll, &job->targets.cancel, &job->targets.result})
            fuzz::require(target->empty()
                          || (target->view().front() == '/'
                              && target->view().find_first_of("\r\n ") == std::string::npos));
        const auto output = make_output(job->media, definition.node, false);
        fuzz::require(!output || !media_url_fault(job->media, false));
        fuzz::require(!error_of_failed_job(*job, *definition.built_in_binding).message.empty());
    }
    for (const int status : {400, 402, 413, 429, 503}) {
        reply.status = status;
        fuzz::require(error_of_reply(reply, *definition.built_in_binding).http_status == status);
    }
    return 0;
}
