#include "api/sent_faults.hpp"

#include "api/body_template.hpp"
#include "base/plain_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace job_engine {
namespace {

namespace json = boost::json;

constexpr std::size_t most_shown = 64;

bool is_in_submit(const SubmitRequest& submit, const std::string& name) {
    return has_place(submit.body, name) || has_place_in_path(submit.path, name);
}

// A text in which the name stands in single braces.
bool holds_single_braces(std::string_view text, const std::string& name) {
    const auto place = "{" + name + "}";
    for (auto at = text.find(place); at != std::string_view::npos; at = text.find(place, at + 1)) {
        const auto end = at + place.size();
        if ((at == 0 || text[at - 1] != '{') && (end == text.size() || text[end] != '}'))
            return true;
    }
    return false;
}

// In the path of a request about a job: the place of a value, with or without its slashes.
bool has_value_in_path(const std::string& path, const std::string& name) {
    return holds_single_braces(path, name) || holds_single_braces(path, "+" + name);
}

bool is_same_request(const JobRequest& a, const JobRequest& b) {
    return a.method == b.method && a.path == b.path && a.url == b.url && a.body == b.body;
}

class SentFaults {
public:
    SentFaults(const Binding& binding, const BindingRules& rules) : binding_(binding), rules_(rules) {}

    std::vector<Violation> found() {
        check_submit();
        for (const auto& map : binding_.submit.value_maps)
            check_table("/value_maps/" + std::string(map.key()), map.key(), map.value().as_object());
        for (const auto& rule : binding_.submit.derived)
            if (rules_.inputs->contains(rule.value().at("from").as_string()))
                check_table("/derived/" + std::string(rule.key()) + "/values",
                            rule.value().at("from").as_string(), rule.value().at("values").as_object());
        if (!binding_.poll.path.empty())
            check_look("/poll", binding_.poll);
        if (binding_.result)
            check_look("/result", *binding_.result);
        if (binding_.cancel)
            check_job_request("/cancel", *binding_.cancel);
        return std::move(faults_);
    }

private:
    void add(std::string path, std::string fault) { faults_.push_back({std::move(path), std::move(fault)}); }

    void check_submit() {
        const auto& submit = binding_.submit;
        // A service that makes jobs by GET takes the inputs in the query.
        if (submit.method == "DELETE" || (submit.method == "GET" && !submit.body.empty()))
            add("/submit/method", "must be POST, PUT or PATCH, for a " + submit.method + " sends no body");
        const std::string media(rules_.media_input);
        if (!media.empty() && !is_in_submit(submit, media))
            add("/submit/body",
                "has no {{" + media + "}}: what is paid for would be made without the " + media);
        auto names = rules_.input_names;
        for (const auto& rule : submit.derived)
            names.emplace_back(rule.key());
        names.emplace_back(run_key_place);
        names.emplace_back(run_marker_place);
        for (const auto& name : names) {
            const auto holds = [&](std::string_view text) { return holds_single_braces(text, name); };
            if (!any_text(submit.body, holds) || is_in_submit(submit, name))
                continue;
            std::string fault = "has {";
            fault.append(name)
                .append("}, which is sent as it is: a placeholder is {{")
                .append(name)
                .append("}}");
            add("/submit/body", std::move(fault));
        }
    }

    // A key that is no value of the input is never looked up.
    void check_table(const std::string& where, std::string_view input, const json::object& table) {
        const auto* property = rules_.inputs->if_contains(input);
        if (property == nullptr)
            return add(where, "names no input");
        const auto* values = property->as_object().if_contains("enum");
        if (values == nullptr)
            return;
        const auto& all = values->as_array();
        for (const auto& entry : table) {
            if (std::find(all.begin(), all.end(), json::value(entry.key())) != all.end())
                continue;
            std::string fault = "has \"";
            fault.append(plain_text(entry.key(), most_shown))
                .append("\", which is no value of the input ")
                .append(input);
            add(where, std::move(fault));
        }
    }

    void check_look(const std::string& where, const JobRequest& request) {
        if (request.method != "GET" && request.method != "POST")
            add(where + "/method", "must be GET or POST: a " + request.method + " might end the job");
        if (binding_.cancel && is_same_request(request, *binding_.cancel))
            add(where, "is the same request as cancel, which would end the job");
        check_job_request(where, request);
    }

    void check_job_request(const std::string& where, const JobRequest& request) {
        auto names_job =
            has_value_in_path(request.path, "id") || (request.body && has_place(*request.body, "id"));
        for (const auto& kept : binding_.poll.keep)
            names_job = names_job || has_value_in_path(request.path, kept.first);
        const bool is_submit =
            request.method == binding_.submit.method && request.path == binding_.submit.path;
        const bool is_given_address = !request.url.empty() || request.use_location;
        if (!names_job && is_submit)
            add(where, "is the same request as submit, which makes a job each time");
        else if (!names_job && !is_given_address)
            add(where + "/path", "has no {id}, so it asks for no job by its name");
    }

    const Binding& binding_;
    const BindingRules& rules_;
    std::vector<Violation> faults_;
};

} // namespace

std::vector<Violation> sent_faults(const Binding& binding, const BindingRules& rules) {
    return SentFaults(binding, rules).found();
}

} // namespace job_engine
