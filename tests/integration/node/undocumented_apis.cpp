#include "undocumented_apis.hpp"

#include <boost/json/parse.hpp>

#include <fstream>
#include <iterator>
#include <string>

namespace node_tests {
namespace {

namespace json = boost::json;

constexpr const char* replies_of_built_in = R"json([
  {
    "title": "what is sent",
    "input": {
      "model": "Pixel M", "prompt": "The camera pans", "image": "https://images.example/photo.jpg",
      "negative_prompt": null, "size": "Landscape HD (16:9)", "prompt_optimizer": true
    },
    "request": {
      "method": "POST", "path": "/v1/image-to-video",
      "body": {
        "model": "Pixel M", "prompt": "The camera pans", "image": "https://images.example/photo.jpg",
        "negative_prompt": null, "size": "Landscape HD (16:9)", "prompt_optimizer": true
      }
    }
  },
  {
    "title": "a job is made", "reply_to": "submit", "status": 202,
    "body": {
      "id": "job-7", "status": "queued", "trace": "t-17", "input": {"image": "https://images.example/photo.jpg"},
      "urls": {"get": "https://api.pixelml.com/v1/jobs/job-7"}, "eta_seconds": 2
    },
    "meaning": {"id": "job-7", "status": "queued"}
  },
  {
    "title": "it waits", "reply_to": "poll", "status": 200, "body": {"id": "job-7", "status": "pending"},
    "meaning": {"status": "queued"}
  },
  {
    "title": "it runs", "reply_to": "poll", "status": 200,
    "body": {"id": "job-7", "status": "processing", "progress": 0.4}, "meaning": {"status": "running"}
  },
  {
    "title": "it is done", "reply_to": "poll", "status": 200,
    "body": {
      "id": "job-7", "status": "succeeded", "progress": 1, "error": null,
      "output": {"video": "https://videos.example/one.mp4", "duration": 5}
    },
    "meaning": {"status": "success", "video": "https://videos.example/one.mp4"}
  },
  {
    "title": "it failed", "reply_to": "poll", "status": 200,
    "body": {"id": "job-7", "status": "failed", "error": {"code": "generation_failed", "message": "No frames."}},
    "meaning": {"status": "failed", "error": "generation_failed"}
  }
])json";

constexpr const char* wordless = R"json({
  "name": "Wordless",
  "base_url": "https://api.wordless.example",
  "submit": {
    "method": "POST", "path": "/api/jobs/create", "body": {"input": {"prompt": "{{prompt}}", "image": "{{image}}"}}
  },
  "poll": {"method": "POST", "path": "/api/jobs/query", "body": {"task": "{{id}}"}},
  "reply": {
    "id": ["/data/task"], "progress": ["/data/percent"], "progress_maximum": 100,
    "video": ["/data/result/urls/0"], "error_message": ["/data/why"], "json_in_text": ["/data/result"]
  },
  "refusal": {"code": ["/code"], "fine": ["200"], "message": ["/msg"]},
  "status_presence": {
    "success": ["/data/result"], "failed": ["/data/why"], "running": ["/data/percent"], "queued": [""]
  },
  "examples": [
    {
      "title": "what is sent",
      "input": {"prompt": "The camera pans", "image": "https://images.example/photo.jpg", "negative_prompt": null},
      "request": {
        "method": "POST", "path": "/api/jobs/create",
        "body": {"input": {"prompt": "The camera pans", "image": "https://images.example/photo.jpg"}}
      }
    },
    {
      "title": "a job is made", "reply_to": "submit", "status": 200,
      "body": {"code": 200, "msg": "fine", "data": {"task": "t-7"}}, "meaning": {"id": "t-7", "status": "queued"}
    },
    {
      "title": "it waits", "reply_to": "poll", "status": 200,
      "body": {"code": 200, "msg": "fine", "data": {"task": "t-7", "result": "", "why": ""}},
      "meaning": {"status": "queued"}
    },
    {
      "title": "it runs", "reply_to": "poll", "status": 200,
      "body": {"code": 200, "msg": "fine", "data": {"task": "t-7", "percent": 40, "result": "", "why": ""}},
      "meaning": {"status": "running"}
    },
    {
      "title": "it is done", "reply_to": "poll", "status": 200,
      "body": {
        "code": 200, "msg": "fine",
        "data": {"task": "t-7", "percent": 100, "result": "{\"urls\": [\"https://videos.example/two.mp4\"]}", "why": ""}
      },
      "meaning": {"status": "success", "video": "https://videos.example/two.mp4"}
    },
    {
      "title": "it failed", "reply_to": "poll", "status": 200,
      "body": {"code": 200, "msg": "fine", "data": {"task": "t-7", "result": "", "why": "No frames."}},
      "meaning": {"status": "failed", "error": "generation_failed"}
    }
  ]
})json";

} // namespace

DescribedApi built_in_api() {
    std::ifstream stream(BUILT_IN_DESCRIPTION);
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    auto document = json::parse(text).as_object();
    document["examples"] = json::parse(replies_of_built_in);
    return DescribedApi(std::move(document));
}

DescribedApi wordless_api() {
    return DescribedApi(json::parse(wordless).as_object());
}

std::vector<DescribedApi> all_apis() {
    std::vector<DescribedApi> apis{built_in_api(), wordless_api()};
    for (const auto& name : described_apis())
        apis.emplace_back(name);
    return apis;
}

} // namespace node_tests
