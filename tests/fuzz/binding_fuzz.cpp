#include "api/binding.hpp"
#include "api/request.hpp"
#include "fuzz_target.hpp"
#include "job/inputs.hpp"
#include "json/json_text.hpp"

using namespace job_engine;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto document = parse_json(fuzz::text_of(data, size));
    if (!document || !document->is_object())
        return 0;
    const auto binding =
        read_binding(document->get_object(), fuzz::image_to_video().binding_rules, {}, Examples::tried);
    if (!binding) {
        fuzz::require(binding.error().code == ErrorCode::invalid_connection);
        return 0;
    }
    const boost::json::object inputs{
        {"model", "Pixel M"}, {"prompt", "Zoom in"}, {"image", "https://images.example/a.jpg"}};
    const auto job = prepare_job(inputs, fuzz::image_to_video().node, **binding);
    const auto submit =
        submit_request(**binding, "/base", {job.path.view(), job.body, job.digest.text()}, "key");
    const auto poll = job_request((*binding)->poll, **binding,
                                  job_target((*binding)->poll, "/base", "", "a job/1"), "a job/1");
    for (const auto* request : {&submit, &poll}) { // no line of a request can be ended by a binding
        fuzz::require(request->target.find_first_of("\r\n ") == std::string::npos);
        for (const auto& [name, value] : request->headers)
            fuzz::require(name.find_first_of("\r\n: ") == std::string::npos
                          && value.find_first_of("\r\n") == std::string::npos);
    }
    return 0;
}
