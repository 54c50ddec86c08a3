#include "published_apis.hpp"

#include "scripted_api.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <memory>
#include <utility>

namespace node_tests {
namespace {

namespace json = boost::json;
using Handler = test_support::ScriptedServer::Handler;

Reply reply_with(int status, const json::object& body) {
    return test_support::json_reply(status, json::serialize(body));
}

struct Server {
    JobEnd end;
    std::string url_base;
    int polls = 0;

    std::string url(const Request& request, const std::string& target) const {
        return (url_base.empty() ? "http://" + request.header("host") : url_base) + target;
    }
};

// Whether the body is JSON that holds non-empty texts at these pointers.
bool has_texts(const std::string& body, std::initializer_list<const char*> pointers) {
    boost::system::error_code ec;
    const auto document = json::parse(body, ec);
    if (ec)
        return false;
    for (const auto* pointer : pointers) {
        const auto* value = document.find_pointer(pointer, ec);
        if (value == nullptr || !value->is_string() || value->get_string().empty())
            return false;
    }
    return true;
}

// Replicate: predictions.
Reply replicate(Server& server, const Request& request) {
    const std::string id = "gm3qorzdhgbfurvjtvhg6dckhu";
    const auto path = "/v1/predictions/" + id;
    const auto prediction = [&](const char* status) {
        return json::object{{"id", id},
                            {"model", "minimax/video-01"},
                            {"status", status},
                            {"input", json::object{}},
                            {"output", nullptr},
                            {"error", nullptr},
                            {"logs", ""},
                            {"urls",
                             {{"get", server.url(request, path)},
                              {"cancel", server.url(request, path + "/cancel")},
                              {"web", "https://replicate.example/p/" + id}}}};
    };
    if (request.method == "POST" && request.target == "/v1/predictions")
        return has_texts(request.body, {"/version", "/input/prompt", "/input/first_frame_image"})
                   ? reply_with(201, prediction("starting"))
                   : reply_with(422, {{"title", "Input validation failed"}, {"detail", "input is required"}});
    if (request.method == "POST" && request.target == path + "/cancel")
        return reply_with(200, prediction("canceled"));
    if (request.method != "GET" || request.target != path)
        return reply_with(404, {{"detail", "The requested resource could not be found."}});
    if (server.polls++ == 0 || server.end == JobEnd::none)
        return reply_with(200, prediction("processing"));
    auto done = prediction(server.end == JobEnd::success ? "succeeded" : "failed");
    if (server.end == JobEnd::success)
        done["output"] = json::array{published_video};
    else
        done["error"] = "CUDA out of memory";
    return reply_with(200, done);
}

// fal: the queue. A job that failed is COMPLETED too; its result then is a 422.
Reply fal(Server& server, const Request& request) {
    const std::string id = "80e732af-660e-45cd-bd63-580e4f2a94cc";
    const auto path = "/fal-ai/minimax/requests/" + id;
    const auto queue_status = [&](const char* status) {
        return json::object{{"status", status},
                            {"request_id", id},
                            {"response_url", server.url(request, path)},
                            {"status_url", server.url(request, path + "/status")},
                            {"cancel_url", server.url(request, path + "/cancel")}};
    };
    if (request.method == "POST" && request.target == "/fal-ai/minimax/video-01/image-to-video") {
        auto queued = queue_status("IN_QUEUE");
        queued["queue_position"] = 0;
        return has_texts(request.body, {"/prompt", "/image_url"})
                   ? reply_with(200, queued)
                   : reply_with(422, {{"detail", json::array{{{"loc", {"body", "prompt"}},
                                                              {"msg", "field required"},
                                                              {"type", "missing"}}}}});
    }
    if (request.method == "PUT" && request.target == path + "/cancel")
        return reply_with(202, {{"status", "CANCELLATION_REQUESTED"}});
    if (request.method == "GET" && request.target == path + "/status") {
        const int nth = server.polls++;
        const bool running = nth == 1 || server.end == JobEnd::none;
        return reply_with(nth == 0 || running ? 202 : 200, queue_status(nth == 0  ? "IN_QUEUE"
                                                                        : running ? "IN_PROGRESS"
                                                                                  : "COMPLETED"));
    }
    if (request.method != "GET" || request.target != path)
        return reply_with(404, {{"detail", "Path not found"}});
    auto reply =
        server.end == JobEnd::success
            ? reply_with(200, {{"video", {{"url", published_video}, {"content_type", "video/mp4"}}}})
            : reply_with(422, {{"detail", json::array{{{"loc", {"body", "image_url"}},
                                                       {"msg", "Failed to load the image."},
                                                       {"type", "image_load_error"},
                                                       {"input", "https://images.example/photo.jpg"}}}}});
    reply.headers.emplace_back("X-Fal-Request-Id", id);
    return reply;
}

// Runway: tasks. The submit's reply holds the id alone.
Reply runway(Server& server, const Request& request) {
    const std::string id = "17f20503-6c24-4c16-946b-35dbbce2af2f";
    const auto path = "/v1/tasks/" + id;
    if (request.header("x-runway-version") != "2024-11-06")
        return reply_with(400, {{"error", "The X-Runway-Version header is required."}});
    if (request.method == "POST" && request.target == "/v1/image_to_video")
        return has_texts(request.body, {"/model", "/promptText", "/promptImage/0/uri", "/ratio"})
                   ? reply_with(200, {{"id", id}})
                   : reply_with(400, {{"error", "Validation of body failed"}});
    if (request.method == "DELETE" && request.target == path) {
        Reply reply;
        reply.status = 204;
        return reply;
    }
    if (request.method != "GET" || request.target != path)
        return reply_with(404, {{"error", "Not found"}});
    json::object task{{"id", id}, {"createdAt", "2024-06-27T19:49:32.334Z"}};
    const int nth = server.polls++;
    if (nth == 0) {
        task["status"] = "THROTTLED";
    } else if (nth == 1 || server.end == JobEnd::none) {
        task["status"] = "RUNNING";
        task["progress"] = 0.5;
    } else if (server.end == JobEnd::success) {
        task["status"] = "SUCCEEDED";
        task["output"] = json::array{published_video};
    } else {
        task["status"] = "FAILED";
        task["failure"] = "An unexpected error occurred.";
        task["failureCode"] = "INTERNAL.BAD_OUTPUT.CODE01";
    }
    return reply_with(200, task);
}

template <Reply (*answer)(Server&, const Request&)>
Handler make_handler(JobEnd end, std::string url_base) {
    return [server = std::make_shared<Server>(Server{end, std::move(url_base)})](const Request& request) {
        return answer(*server, request);
    };
}

} // namespace

const std::vector<PublishedApi>& published_apis() {
    static const std::vector<PublishedApi> apis{
        {"Replicate", "replicate.json", &make_handler<replicate>, "Bearer ", "/v1/predictions", "POST",
         "/v1/predictions/gm3qorzdhgbfurvjtvhg6dckhu/cancel", "Generation Failed", "CUDA out of memory"},
        {"Fal", "fal.json", &make_handler<fal>, "Key ", "/fal-ai/minimax/video-01/image-to-video", "PUT",
         "/fal-ai/minimax/requests/80e732af-660e-45cd-bd63-580e4f2a94cc/cancel", "Unsupported Image Format",
         "Failed to load the image"},
        {"Runway", "runway.json", &make_handler<runway>, "Bearer ", "/v1/image_to_video", "DELETE",
         "/v1/tasks/17f20503-6c24-4c16-946b-35dbbce2af2f", "Generation Failed", "unexpected error"}};
    return apis;
}

} // namespace node_tests
