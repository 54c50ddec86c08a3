#include "api/upload_examples.hpp"

#include "api/description.hpp"
#include "api/example_parts.hpp"
#include "api/reply.hpp"
#include "api/upload_request.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

namespace job_engine {
namespace {

namespace json = boost::json;

KeptOfUpload kept_in(const json::object& example) {
    KeptOfUpload kept;
    if (const auto* given = example.if_contains("kept"))
        for (const auto& value : given->as_object())
            kept[std::string(kept_prefix) + std::string(value.key())] = value.value();
    return kept;
}

json::object as_described(const UploadRequest& request, const UploadStep& step) {
    json::object out{{"method", request.method}};
    out[step.url.empty() ? "path" : "url"] =
        step.url.empty() ? request.target : request.origin.text() + request.target;
    json::object headers;
    for (const auto& [name, value] : request.headers)
        headers[name] = value;
    out["headers"] = std::move(headers);
    json::object form;
    for (const auto& [name, value] : request.fields)
        form[name] = value;
    out["form"] = std::move(form);
    json::error_code error;
    out["body"] = json::parse(request.head, error);
    return out;
}

// The same with the members of one of them, of which not all need be expected.
void compare_with_members(json::object expected, std::string_view name, const json::object& found,
                          const std::string& path, const std::string& title, std::vector<Violation>& faults) {
    const auto* inner = expected.if_contains(name);
    const auto* inner_found = found.if_contains(name);
    if (inner != nullptr && inner_found != nullptr) {
        compare(inner->as_object(), inner_found->as_object(), path + "/" + std::string(name), title, faults);
        expected.erase(name);
    }
    compare(expected, found, path, title, faults);
}

void try_step(const json::object& example, const UploadStep& step,
              const std::shared_ptr<const Binding>& binding, const std::string& path,
              std::vector<Violation>& faults) {
    Connection connection;
    connection.binding = binding;
    if (const auto url = parse_http_url(binding->base_url))
        connection.origin = url->origin;
    FileToUpload file;
    file.media_type = "image/jpeg";
    file.name = "image.jpg";
    std::size_t size = 0;
    if (const auto* given = example.if_contains("file")) {
        file.name = text_in(given->as_object(), "name");
        file.media_type = text_in(given->as_object(), "type");
        size = given->at("size").to_number<std::size_t>();
    }
    file.bytes = std::make_shared<const std::string>(size, ' ');
    const auto request = upload_request(step, connection, file, kept_in(example));
    const std::string title(example.at("title").as_string());
    if (!request)
        return faults.push_back({path, "of \"" + title + "\" cannot be sent: " + request.error().message});
    compare_with_members(example.at("request").as_object(), "headers", as_described(*request, step), path,
                         title, faults);
}

json::object meaning_of_step(const json::object& example, const UploadStep& step, const Binding& binding,
                             const ErrorTable& errors) {
    const auto error_object = [&](const Error& error) {
        return json::object{{"error", error_kind(error.code, errors).code},
                            {"message", error.message},
                            {"charged", charged_name(error.charged)}};
    };
    const auto reply = reply_of(example);
    if (!is_success(reply.status))
        return error_object(error_of_reply(reply, binding));
    auto kept = kept_in(example);
    if (const auto error = keep_of_reply(step, reply.body, binding, kept))
        return error_object(*error);
    json::object own;
    for (const auto& [name, pointers] : step.keep)
        own[name] = kept.at(std::string(kept_prefix) + name);
    json::object meaning{{"kept", std::move(own)}};
    if (const auto url = uploaded_value(*binding.files, binding, kept))
        meaning["url"] = *url;
    return meaning;
}

} // namespace

bool is_of_upload(const json::object& example) {
    return example.contains("step") || text_in(example, "reply_to") == "upload";
}

void try_upload(const json::object& example, const std::shared_ptr<const Binding>& binding,
                const ErrorTable& errors, const std::string& path, std::vector<Violation>& faults) {
    const auto* step_number = example.if_contains("step");
    const auto number = step_number != nullptr ? step_number->to_number<std::size_t>() : 0;
    if (!binding->files || number >= binding->files->steps.size())
        return faults.push_back({path + "/step", "is no step of files.upload"});
    const auto& step = binding->files->steps[number];
    if (example.contains("request"))
        try_step(example, step, binding, path + "/request", faults);
    if (example.contains("reply_to") && example.contains("meaning"))
        compare_with_members(example.at("meaning").as_object(), "kept",
                             meaning_of_step(example, step, *binding, errors), path + "/meaning",
                             std::string(example.at("title").as_string()), faults);
}

} // namespace job_engine
