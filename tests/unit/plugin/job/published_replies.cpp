#include "job/published_replies.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace job_engine::testing {
namespace {

std::string binding_file(const std::string& name) {
    std::ifstream file(std::string(BINDINGS_DIRECTORY) + "/" + name);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text.empty())
        throw std::runtime_error("there is no binding " + name);
    return text;
}

std::string members(const std::string& base_url, const std::string& binding) {
    return R"("base_url": ")" + base_url + R"(", "api_binding": )" + binding;
}

PublishedShape pixelml() {
    return {
        "PixelML",
        "",
        "job-7f3a",
        "https://cdn.pixelml.example/v/7f3a.mp4",
        R"({"id": "job-7f3a", "status": "queued", "urls": {"get": "/v1/jobs/job-7f3a"}})",
        R"({"id": "job-7f3a", "status": "running", "progress": 0.4, "eta_seconds": 20, "error": null})",
        R"({"id": "job-7f3a", "status": "success", "progress": 1, "eta_seconds": 0,
            "output": {"video": "https://cdn.pixelml.example/v/7f3a.mp4"}, "error": null})",
        "",
        R"({"id": "job-7f3a", "status": "failed",
            "error": {"code": "prompt_too_vague", "message": "Say what moves."}})",
    };
}

PublishedShape replicate() {
    const std::string head = R"({"id": "gm3qorzdhgbfurvjtvhg6dckhu", "model": "minimax/video-01",
        "version": "5c7d5dc6", "input": {"prompt": "a fox"}, "logs": "", "data_removed": false,
        "created_at": "2026-01-08T16:19:34.765Z", "urls": {
            "cancel": "https://api.replicate.com/v1/predictions/gm3qorzdhgbfurvjtvhg6dckhu/cancel",
            "get": "https://api.replicate.com/v1/predictions/gm3qorzdhgbfurvjtvhg6dckhu",
            "stream": "https://stream.replicate.com/v1/files/bcwr"},)";
    return {
        "Replicate",
        members("https://api.replicate.com", binding_file("replicate.json")),
        "gm3qorzdhgbfurvjtvhg6dckhu",
        "https://replicate.delivery/xezq/out.mp4",
        head + R"("status": "starting", "output": null, "error": null})",
        head
            + R"("status": "processing", "output": null, "error": null, "started_at": "2026-01-08T16:19:35Z"})",
        head + R"("status": "succeeded", "output": "https://replicate.delivery/xezq/out.mp4", "error": null,
            "completed_at": "2026-01-08T16:22:35Z", "metrics": {"predict_time": 180.1}})",
        "",
        head + R"("status": "failed", "output": null, "error": "E005: flagged as sensitive"})",
    };
}

PublishedShape fal() {
    const std::string job = "764cabcf-b745-4b3e-ae38-1200304cf45b";
    const std::string url = "https://queue.fal.run/fal-ai/minimax/requests/" + job;
    const std::string more = R"("response_url": ")" + url + R"(",
        "logs": [{"timestamp": "2026-01-08T16:19:34Z", "level": "INFO", "source": "stdout", "message": "x"}])";
    return {
        "fal",
        members("https://queue.fal.run", binding_file("fal.json")),
        job,
        "https://v3.fal.media/files/monkey/output.mp4",
        R"({"status": "IN_QUEUE", "request_id": ")" + job + R"(", "response_url": ")" + url
            + R"(", "status_url": ")" + url + R"(/status", "cancel_url": ")" + url
            + R"(/cancel", "queue_position": 0})",
        R"({"status": "IN_PROGRESS", "request_id": ")" + job + "\", " + more + "}",
        R"({"status": "COMPLETED", "request_id": ")" + job + R"(", "metrics": {"inference_time": 3.7}, )"
            + more + "}",
        R"({"video": {"url": "https://v3.fal.media/files/monkey/output.mp4", "content_type": "video/mp4",
                      "file_name": "output.mp4", "file_size": 4404019}})",
        R"({"status": "ERROR", "request_id": ")" + job
            + R"(", "error": "Invalid status", "error_type": "x"})",
    };
}

PublishedShape runway() {
    const std::string head = R"({"id": "17f20503-6c24-4c16-946b-35dbbce2af2f",
        "createdAt": "2026-06-27T19:49:32.334Z", )";
    return {
        "Runway",
        members("https://api.dev.runwayml.com", binding_file("runway.json")),
        "17f20503-6c24-4c16-946b-35dbbce2af2f",
        "https://dnznrvs05pmza.cloudfront.net/a.mp4?_jwt=abc",
        R"({"id": "17f20503-6c24-4c16-946b-35dbbce2af2f"})",
        head + R"("status": "RUNNING", "progress": 0.4})",
        head + R"("status": "SUCCEEDED", "output": ["https://dnznrvs05pmza.cloudfront.net/a.mp4?_jwt=abc"]})",
        "",
        head + R"("status": "FAILED", "failure": "It failed.", "failureCode": "INTERNAL.BAD_OUTPUT.CODE01"})",
    };
}

PublishedShape luma() {
    const std::string head = R"({"id": "d1968551-6113-4b46-b567-09210c2e79b0", "generation_type": "video",
        "created_at": "2026-12-05T14:39:57.327Z", "model": "ray-2", "request": {"prompt": "a fox",
        "loop": false, "keyframes": {"frame0": {"type": "image", "url": "https://images.example/a.jpg"}}},)";
    return {
        "Luma",
        members("https://api.lumalabs.ai", R"({"name": "Luma",
            "submit": {"method": "POST", "path": "/dream-machine/v1/generations/video",
                       "body": {"prompt": "{{prompt}}"}},
            "poll": {"method": "GET", "path": "/dream-machine/v1/generations/{id}"},
            "cancel": {"method": "DELETE", "path": "/dream-machine/v1/generations/{id}"},
            "reply": {"id": ["/id"], "status": ["/state"], "video": ["/assets/video"],
                      "error_message": ["/failure_reason", "/detail"]},
            "status_words": {"queued": ["queued"], "running": ["dreaming"], "success": ["completed"],
                             "failed": ["failed"]}})"),
        "d1968551-6113-4b46-b567-09210c2e79b0",
        "https://storage.cdn-luma.com/dream_machine/video.mp4",
        head + R"("state": "queued", "failure_reason": null, "assets": null})",
        head + R"("state": "dreaming", "failure_reason": null, "assets": null})",
        head + R"("state": "completed", "failure_reason": null, "assets": {
            "image": "https://storage.cdn-luma.com/dream_machine/thumb.jpg", "progress_video": null,
            "video": "https://storage.cdn-luma.com/dream_machine/video.mp4"}})",
        "",
        head + R"("state": "failed", "failure_reason": "The job has failed", "assets": null})",
    };
}

PublishedShape kling() {
    const std::string head = R"({"code": 0, "message": "SUCCEED", "request_id": "CjE2N2", "data": {
        "task_id": "831917243459809345", "task_info": {"external_task_id": "mine"},
        "created_at": 1722769557708, "updated_at": 1722769557708, )";
    return {
        "Kling",
        members("https://api-singapore.klingai.com", R"({"name": "Kling",
            "submit": {"method": "POST", "path": "/v1/videos/image2video", "body": {"prompt": "{{prompt}}"}},
            "poll": {"method": "GET", "path": "/v1/videos/image2video/{id}"},
            "reply": {"id": ["/data/task_id"], "status": ["/data/task_status"],
                      "video": ["/data/task_result/videos/0/url"], "error_code": ["/code"],
                      "error_message": ["/data/task_status_msg", "/message"]},
            "status_words": {"queued": ["submitted"], "running": ["processing"], "success": ["succeed"],
                             "failed": ["failed"]}})"),
        "831917243459809345",
        "https://v21-kling.klingai.com/bs2/out.mp4",
        head + R"("task_status": "submitted"}})",
        head + R"("task_status": "processing", "task_status_msg": ""}})",
        head + R"("task_status": "succeed", "task_status_msg": "", "task_result": {"videos": [
            {"id": "a1", "url": "https://v21-kling.klingai.com/bs2/out.mp4", "duration": "5.1"}]}}})",
        "",
        head + R"("task_status": "failed", "task_status_msg": "Failure to pass the risk control system"}})",
    };
}

// The file's own id is not to be had for the second request, so this one asks with the task's.
PublishedShape minimax() {
    return {
        "MiniMax",
        members("https://api.minimax.io", R"({"name": "MiniMax",
            "submit": {"method": "POST", "path": "/v1/video_generation", "body": {"prompt": "{{prompt}}"}},
            "poll": {"method": "GET", "path": "/v1/query/video_generation?task_id={id}"},
            "result": {"method": "GET", "path": "/v1/files/retrieve?task_id={id}"},
            "reply": {"id": ["/task_id"], "status": ["/status"], "video": ["/file/download_url"],
                      "error_code": ["/base_resp/status_code"],
                      "error_message": ["/base_resp/status_msg"]},
            "status_words": {"queued": ["Preparing", "Queueing"], "running": ["Processing"],
                             "success": ["Success"], "failed": ["Fail"]}})"),
        "106916112212032",
        "https://public-cdn-video.minimax.io/inference/output.mp4",
        R"({"task_id": "106916112212032", "base_resp": {"status_code": 0, "status_msg": "success"}})",
        R"({"task_id": "106916112212032", "status": "Processing", "file_id": "",
            "base_resp": {"status_code": 0, "status_msg": "success"}})",
        R"({"task_id": "106916112212032", "status": "Success", "file_id": "176844028768320",
            "video_width": 1920, "video_height": 1080,
            "base_resp": {"status_code": 0, "status_msg": "success"}})",
        R"({"file": {"file_id": 176844028768320, "bytes": 0, "created_at": 1700469398,
                     "filename": "output.mp4", "purpose": "video_generation",
                     "download_url": "https://public-cdn-video.minimax.io/inference/output.mp4"},
            "base_resp": {"status_code": 0, "status_msg": "success"}})",
        R"({"task_id": "106916112212032", "status": "Fail",
            "base_resp": {"status_code": 1027, "status_msg": "output new_sensitive"}})",
    };
}

PublishedShape dashscope() {
    const std::string head = R"({"request_id": "4909100c-7b5a-9f92-bfe5-xxxxxx",
        "output": {"task_id": "0385dc79-5ff8-4d82-bcb6-000000", )";
    return {
        "DashScope",
        members("https://dashscope-intl.aliyuncs.com", R"({"name": "DashScope",
            "headers": {"X-DashScope-Async": "enable"},
            "submit": {"method": "POST", "path": "/api/v1/services/aigc/video-generation/video-synthesis",
                       "body": {"input": {"prompt": "{{prompt}}"}}},
            "poll": {"method": "GET", "path": "/api/v1/tasks/{id}"},
            "cancel": {"method": "POST", "path": "/api/v1/tasks/{id}/cancel"},
            "reply": {"id": ["/output/task_id"], "status": ["/output/task_status"],
                      "video": ["/output/video_url"], "error_code": ["/output/code", "/code"],
                      "error_message": ["/output/message", "/message"]},
            "status_words": {"queued": ["PENDING"], "running": ["RUNNING"], "success": ["SUCCEEDED"],
                             "failed": ["FAILED", "UNKNOWN"], "cancelled": ["CANCELED"]}})"),
        "0385dc79-5ff8-4d82-bcb6-000000",
        "https://dashscope-result-sh.oss-cn-shanghai.aliyuncs.com/o.mp4?Expires=1",
        head + R"("task_status": "PENDING"}})",
        head + R"("task_status": "RUNNING", "submit_time": "2026-01-08 16:19:34.765"}})",
        head + R"("task_status": "SUCCEEDED", "end_time": "2026-01-08 16:22:35.765", "orig_prompt": "a fox",
            "video_url": "https://dashscope-result-sh.oss-cn-shanghai.aliyuncs.com/o.mp4?Expires=1"},
            "usage": {"video_duration": 5, "video_ratio": "1280*720", "video_count": 1}})",
        "",
        head + R"("task_status": "FAILED", "code": "InvalidParameter", "message": "The size is not match"}})",
    };
}

} // namespace

std::vector<PublishedShape> published_shapes() {
    return {pixelml(), replicate(), fal(), runway(), luma(), kling(), minimax(), dashscope()};
}

} // namespace job_engine::testing
