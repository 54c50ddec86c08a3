#include "api/examples.hpp"

#include "api/api_text.hpp"
#include "api/body_template.hpp"
#include "api/description.hpp"
#include "api/example_parts.hpp"
#include "api/job_list.hpp"
#include "api/reply.hpp"
#include "api/reply_fields.hpp"
#include "api/request.hpp"
#include "api/upload_examples.hpp"
#include "base/ascii.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace job_engine {
namespace {

namespace json = boost::json;

std::string name_of(std::optional<JobStatus> status) {
    for (const auto& [name, known] : job_status_names)
        if (status == known)
            return std::string(name);
    return "not known";
}

// What is read of a reply, as an example says it.
json::object meaning_of(const HttpReply& reply, std::string_view reply_to, const Binding& binding,
                        const ErrorTable& errors) {
    json::object meaning;
    const auto add_error = [&](const Error& error) {
        meaning["error"] = error_kind(error.code, errors).code;
        meaning["message"] = error.message;
        meaning["charged"] = charged_name(error.charged);
    };
    const Origin origin{true, "api.example.com", 443};
    const auto job = reply_to == "submit" ? read_submit_reply(reply, binding, origin, "")
                                          : read_job_reply(reply, binding, origin, "/").value_or(JobReply{});
    if (!is_success(reply.status)) {
        add_error(error_of_reply(reply, binding));
        return meaning;
    }
    if (job.is_refusal || job.refused) {
        add_error(error_of_refusal(reply, binding));
        return meaning;
    }
    meaning["id"] = job.id;
    meaning["status"] = name_of(job.status);
    meaning["video"] = job.media;
    if (job.progress)
        meaning["progress"] = *job.progress;
    if (job.status == JobStatus::failed || job.status == JobStatus::cancelled)
        add_error(error_of_failed_job(job, binding));
    return meaning;
}

// The same of a reply to find, whose marker the example gives.
json::object meaning_of_list(const json::object& example, const Binding& binding) {
    const auto page = read_job_page(reply_of(example), binding, Origin{true, "api.example.com", 443}, "/");
    const auto marker = text_in(example, "marker");
    if (page)
        for (const auto& job : page->jobs)
            if (std::find(job.markers.begin(), job.markers.end(), marker) != job.markers.end())
                return {{"id", job.id}};
    return {{"id", ""}};
}

json::object request_of(const HttpRequest& request) {
    json::object out{{"method", request.method}, {"path", request.target}};
    json::object headers;
    for (const auto& [name, value] : request.headers)
        headers[name] = value;
    out["headers"] = std::move(headers);
    json::error_code error;
    out["body"] = json::parse(request.body, error);
    return out;
}

void try_request(const json::object& example, const Binding& binding, const std::string& path,
                 const std::string& title, std::vector<Violation>& faults) {
    auto inputs = example.contains("input") ? example.at("input").as_object() : json::object();
    inputs[run_key_place] = "{{run.key}}";
    inputs[run_marker_place] = "{{run.marker}}";
    auto described = binding;
    described.submit.names_run = false; // an example does not know the key
    const auto body = json::serialize(fill_body(described.submit, inputs));
    const auto own_path = fill_path(described.submit, inputs);
    auto request = submit_request(described, "", {own_path, body, ""}, "{{run.key}}");
    if (!binding.authorization_header.empty())
        request.headers.emplace_back(binding.authorization_header, binding.authorization_value);
    const auto found = request_of(request);
    auto expected = example.at("request").as_object();
    if (const auto* headers = expected.if_contains("headers"))
        compare(headers->as_object(), found.at("headers").as_object(), path + "/headers", title, faults);
    expected.erase("headers");
    compare(expected, found, path, title, faults);
}

// Where a pointer ends that leads nowhere: the example that it follows the longest, and what that has there.
std::string end_of(const std::string& pointer, const json::array& examples, const Binding& binding) {
    std::string end;
    std::size_t longest = 0;
    for (const auto& example : examples) {
        const auto document = example.as_object().contains("reply_to")
                                  ? parse_reply(reply_of(example.as_object()).body, binding)
                                  : std::nullopt;
        if (!document)
            continue;
        auto reached = pointer;
        while (!reached.empty() && at_pointer(*document, reached) == nullptr)
            reached.resize(reached.rfind('/'));
        const auto* object = at_pointer(*document, reached)->if_object();
        if (object == nullptr || object->empty() || (!end.empty() && reached.size() <= longest))
            continue;
        longest = reached.size();
        std::string names;
        for (const auto& member : *object)
            names += (names.empty() ? "" : ", ") + std::string(member.key());
        end = "; in \"" + std::string(example.at("title").as_string()) + "\" "
              + (reached.empty() ? "the reply" : reached) + " has " + presentable(names, 100);
    }
    return end;
}

// The pointers of one member that no example reaches: a mistake in them would not be noticed.
void look_for(const std::string& member, const Pointers& pointers, const json::array& examples,
              const Binding& binding, std::vector<Violation>& faults) {
    for (const auto& pointer : pointers) {
        const bool is_reached =
            std::any_of(examples.begin(), examples.end(), [&](const json::value& example) {
                const auto document = example.as_object().contains("reply_to")
                                          ? parse_reply(reply_of(example.as_object()).body, binding)
                                          : std::nullopt;
                return document && at_pointer(*document, pointer) != nullptr;
            });
        if (!is_reached)
            faults.push_back({"/" + member, "has " + pointer
                                                + ", which leads nowhere in the examples: correct it, or add "
                                                  "an example with it"
                                                + end_of(pointer, examples, binding)});
    }
}

// The examples of replies.
struct Replies {
    json::array of_jobs;
    json::array of_uploads;
};

Replies replies_among(const json::array& examples) {
    Replies out;
    for (const auto& example : examples)
        if (example.as_object().contains("reply_to"))
            (is_of_upload(example.as_object()) ? out.of_uploads : out.of_jobs).push_back(example);
    return out;
}

// Of each kind, where there is an example of it.
void look_for_pointers(const Binding& binding, const Replies& replies, std::vector<Violation>& faults) {
    const auto look = [&](const std::string& member, const Pointers& pointers, const json::array& examples) {
        if (!examples.empty())
            look_for(member, pointers, examples, binding, faults);
    };
    look("reply/id", binding.id, replies.of_jobs);
    look("reply/status", binding.status, replies.of_jobs);
    look("reply/progress", binding.progress, replies.of_jobs);
    look("reply/" + binding.product, binding.media, replies.of_jobs);
    look("reply/error_code", binding.error_code, replies.of_jobs);
    look("reply/error_message", binding.error_message, replies.of_jobs);
    if (binding.find)
        look("find/next", binding.find->next, replies.of_jobs);
    if (!binding.files)
        return;
    for (std::size_t i = 0; i < binding.files->steps.size(); ++i)
        for (const auto& [name, pointers] : binding.files->steps[i].keep)
            look("files/upload/steps/" + std::to_string(i) + "/keep/" + name, pointers, replies.of_uploads);
}

} // namespace

std::vector<Violation> example_faults(const json::object& document, const BindingRules& rules) {
    std::vector<Violation> faults;
    const auto* examples = document.if_contains("examples");
    if (examples == nullptr)
        return faults;
    auto plain = description_of_node(document, rules.action_id, rules.product);
    plain.erase("examples");
    std::shared_ptr<const Binding> last;
    bool finds_job = false;
    for (std::size_t at = 0; at < examples->as_array().size(); ++at) {
        const auto& example = examples->as_array()[at].as_object();
        const auto* node = example.if_contains("node");
        if (node != nullptr && node->as_string() != rules.action_id)
            continue;
        const auto* variables = example.if_contains("variables");
        auto described = plain;
        const auto missing = fill_variables(described, [&](std::string_view name) -> const json::value* {
            return variables != nullptr ? variables->as_object().if_contains(name) : nullptr;
        });
        const auto binding = described_binding(described, rules);
        last = binding;
        const auto path = "/examples/" + std::to_string(at);
        const std::string title(example.at("title").as_string());
        if (example.contains("request"))
            for (const auto& variable : missing)
                faults.push_back({path + "/variables" + variable.path, variable.message});
        if (is_of_upload(example)) {
            try_upload(example, binding, *rules.errors, path, faults);
            continue;
        }
        if (example.contains("request") && missing.empty())
            try_request(example, *binding, path + "/request", title, faults);
        const auto* reply_to = example.if_contains("reply_to");
        const bool is_list = reply_to != nullptr && reply_to->as_string() == "find" && binding->find;
        const auto meaning = is_list               ? meaning_of_list(example, *binding)
                             : reply_to != nullptr ? meaning_of(reply_of(example), reply_to->as_string(),
                                                                *binding, *rules.errors)
                                                   : json::object();
        finds_job = finds_job || (is_list && !meaning.at("id").as_string().empty());
        if (reply_to != nullptr && example.contains("meaning"))
            compare(example.at("meaning").as_object(), meaning, path + "/meaning", title, faults);
    }
    if (last == nullptr)
        return faults;
    const auto replies = replies_among(examples->as_array());
    // What a list does not show decides whether a job is paid for twice.
    if (!replies.of_jobs.empty() && plain.contains("find") && !finds_job)
        faults.push_back({"/find",
                          "finds no job in the examples: add one with \"reply_to\": \"find\", the list "
                          "in its body, the marker of one of its jobs in \"marker\", and its id in "
                          "\"meaning\""});
    look_for_pointers(*last, replies, faults);
    return faults;
}

} // namespace job_engine
