#include "job/published_replies.hpp"

#include "json/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace job_engine::testing {
namespace {

namespace json = boost::json;

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

std::string text_in(const json::object& object, std::string_view name) {
    const auto* member = object.if_contains(name);
    return member != nullptr && member->is_string() ? std::string(member->get_string()) : std::string();
}

// The first example that is a reply to this and means what is wanted; nullptr: there is none.
template <class Wanted>
const json::object* example(const json::object& description, std::string_view kind, Wanted wanted) {
    for (const auto& each : description.at("examples").as_array()) {
        const auto& found = each.as_object();
        const auto* meaning = found.if_contains("meaning");
        if (text_in(found, "reply_to") == kind && meaning != nullptr && wanted(meaning->as_object()))
            return &found;
    }
    return nullptr;
}

std::string body_of(const json::object* example) {
    return example != nullptr ? json::serialize(example->at("body")) : std::string();
}

PublishedShape shape_of(const json::object& description) {
    const auto says = [](std::string_view status) {
        return [status](const json::object& meaning) { return text_in(meaning, "status") == status; };
    };
    const auto has = [](std::string_view member) {
        return [member](const json::object& meaning) { return meaning.contains(member); };
    };
    const auto* submitted = example(description, "submit", has("id"));
    const auto* result = example(description, "result", has("video"));
    const auto* finished = result != nullptr ? result : example(description, "poll", has("video"));
    if (submitted == nullptr || finished == nullptr)
        throw std::runtime_error("the examples of " + text_in(description, "name") + " do not show a video");

    auto plain = description;
    plain.erase("examples"); // their replies are what is tried
    json::object connection{{"base_url", description.at("base_url")}, {"api_binding", std::move(plain)}};
    if (const auto* how = description.if_contains("authorization"); how && how->as_object().contains("jwt"))
        connection["api_secret"] = "test-secret-1";
    json::object given;
    if (const auto* variables = description.if_contains("variables"))
        for (const auto& variable : variables->as_object())
            if (!variable.value().as_object().contains("default"))
                given[variable.key()] = "of-the-user";
    connection["variables"] = std::move(given);
    const auto members = json::serialize(connection);

    PublishedShape shape;
    shape.name = text_in(description, "name");
    shape.connection = members.substr(1, members.size() - 2);
    shape.job = text_in(submitted->at("meaning").as_object(), "id");
    shape.video = text_in(finished->at("meaning").as_object(), "video");
    shape.submitted = body_of(submitted);
    shape.running = body_of(example(description, "poll", says("running")));
    shape.finished = body_of(example(description, "poll", says("success")));
    shape.result = body_of(result);
    shape.failed = body_of(example(description, "poll", says("failed")));
    return shape;
}

json::object read_description(const std::filesystem::path& path) {
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto document = parse_json(text);
    if (!document)
        throw std::runtime_error("no JSON: " + path.string());
    return document->as_object();
}

} // namespace

std::vector<PublishedShape> published_shapes() {
    std::vector<std::filesystem::path> paths;
    for (const auto& file : std::filesystem::directory_iterator(APIS_DIRECTORY))
        if (file.path().extension() == ".json")
            paths.push_back(file.path());
    std::sort(paths.begin(), paths.end());
    std::vector<PublishedShape> shapes{pixelml()};
    for (const auto& path : paths)
        shapes.push_back(shape_of(read_description(path)));
    return shapes;
}

} // namespace job_engine::testing
