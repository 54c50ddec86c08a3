#include "api/reply.hpp"

#include "api/api_text.hpp"
#include "api/reply_fields.hpp"
#include "base/ascii.hpp"
#include "base/plain_text.hpp"
#include "json/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace job_engine {
namespace {

namespace json = boost::json;

constexpr std::size_t max_target_bytes = 2048; // so that a checkpoint stays small

// Words that mean the same everywhere, for what a binding does not list.
constexpr std::array<std::pair<std::string_view, JobStatus>, 28> usual_words{{
    {"success", JobStatus::succeeded},   {"succeeded", JobStatus::succeeded},
    {"succeed", JobStatus::succeeded},   {"successful", JobStatus::succeeded},
    {"done", JobStatus::succeeded},      {"finished", JobStatus::succeeded},
    {"complete", JobStatus::succeeded},  {"completed", JobStatus::succeeded},
    {"ready", JobStatus::succeeded},     {"generated", JobStatus::succeeded},
    {"failed", JobStatus::failed},       {"error", JobStatus::failed},
    {"fail", JobStatus::failed},         {"failure", JobStatus::failed},
    {"errored", JobStatus::failed},      {"expired", JobStatus::failed},
    {"rejected", JobStatus::failed},     {"aborted", JobStatus::failed},
    {"timeout", JobStatus::failed},      {"timed_out", JobStatus::failed},
    {"nsfw", JobStatus::failed},         {"content_moderated", JobStatus::failed},
    {"cancelled", JobStatus::cancelled}, {"canceled", JobStatus::cancelled},
    {"queued", JobStatus::queued},       {"pending", JobStatus::queued},
    {"running", JobStatus::running},     {"processing", JobStatus::running},
}};

std::optional<JobStatus> status_of(const std::string& word, const Binding& binding) {
    const auto lower = ascii_lower_case(word);
    if (const auto listed = binding.status_words.find(lower); listed != binding.status_words.end())
        return listed->second;
    const auto* usual = std::find_if(usual_words.begin(), usual_words.end(),
                                     [&](const auto& known) { return known.first == lower; });
    return usual != usual_words.end() ? std::optional(usual->second) : std::nullopt;
}

// A text, or the first one of an array, or the URL of an object; path is led on to it.
std::string media_in(const json::value& value, const Binding& binding, std::string& path, int depth = 0) {
    constexpr int deepest = 3;
    if (value.is_string())
        return std::string(value.get_string());
    if (depth == deepest)
        return {};
    if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
        path += "/0";
        return media_in(array->front(), binding, path, depth + 1);
    }
    if (const auto* object = value.if_object())
        for (const auto& name : {std::string("url"), std::string("uri"), binding.product + "_url"})
            if (const auto* member = object->if_contains(name)) {
                path += "/" + name;
                return media_in(*member, binding, path, depth + 1);
            }
    return {};
}

std::string status_word_in(const json::value& document, const Binding& binding) {
    for (const auto& pointer : binding.status) {
        const auto* value = at_pointer(document, pointer);
        if (value != nullptr && value->is_bool())
            return value->get_bool() ? "true" : "false";
        if (auto word = text_of(value, max_id_bytes); !word.empty())
            return word;
    }
    return {};
}

// Many services have every member in every reply, and leave those empty that say nothing.
bool says_something(const json::value& value) {
    if (value.is_string())
        return !value.get_string().empty();
    if (value.is_array())
        return !value.get_array().empty();
    if (value.is_object())
        return !value.get_object().empty();
    return !value.is_null() && !(value.is_bool() && !value.get_bool());
}

std::optional<JobStatus> status_by_presence(const json::value& document, const Binding& binding) {
    for (const auto& [status, pointers] : binding.status_presence)
        for (const auto& pointer : pointers)
            if (const auto* value = at_pointer(document, pointer);
                value != nullptr && (pointer.empty() || says_something(*value)))
                return status;
    return std::nullopt;
}

std::optional<double> progress_in(const json::value& document, const Binding& binding) {
    const auto progress = number_at(document, binding.progress);
    if (!progress)
        return std::nullopt;
    const auto whole = binding.progress_maximum > 0 ? binding.progress_maximum : *progress > 1 ? 100.0 : 1.0;
    return std::min(*progress / whole, 1.0);
}

// The first of the places that holds an address, else the first that holds a text.
void read_media(const json::value& document, const Binding& binding, const Origin& origin,
                std::string_view request_target, JobReply& job) {
    job.media_path = binding.media.empty() ? "" : binding.media.front();
    for (const auto& pointer : binding.media) {
        const auto* value = at_pointer(document, pointer);
        auto path = pointer;
        const auto text = value != nullptr ? media_in(*value, binding, path) : std::string();
        const auto address = trimmed(text);
        const bool is_address = address.starts_with('/') || address.find("://") != std::string_view::npos;
        if (address.empty() || (!is_address && !job.media.empty()))
            continue;
        job.media_path = path;
        job.media_is_address = is_address;
        job.media = url_as_browsers_take_it(origin, request_target, address);
        if (is_address)
            return;
    }
}

// The last part of a job's address, or the part that the binding's own path has for it.
std::string id_in(std::string_view target, std::string_view base_path, const std::string& pattern) {
    constexpr std::string_view placeholder = "{id}";
    target = target.substr(0, target.find('?'));
    if (const auto at = pattern.find(placeholder); at != std::string::npos) {
        const auto before = std::string(base_path) + pattern.substr(0, at);
        const auto after = std::string_view(pattern).substr(at + placeholder.size());
        if (target.starts_with(before) && target.ends_with(after)
            && target.size() > before.size() + after.size()) {
            const auto id = target.substr(before.size(), target.size() - before.size() - after.size());
            if (id.find('/') == std::string_view::npos)
                return percent_decoded(id);
        }
    }
    while (target.ends_with('/'))
        target.remove_suffix(1);
    return percent_decoded(target.substr(target.rfind('/') + 1));
}

// The request target that a reference found in a reply means; empty when it is of no use.
std::string usable_target(const Origin& origin, std::string_view request_target, std::string_view reference) {
    if (reference.empty())
        return {};
    auto target = same_origin_target(origin, request_target, reference).value_or("");
    return target.size() <= max_target_bytes ? target : std::string();
}

} // namespace

std::optional<JobReply> read_job_reply(const HttpReply& reply, const Binding& binding, const Origin& origin,
                                       std::string_view request_target) {
    std::array<unsigned char, 4096> room; // NOLINT(cppcoreguidelines-pro-type-member-init): for the allocator
    json::monotonic_resource memory(room.data(), room.size());
    const auto document = parse_reply(reply.body, binding, &memory);
    if (!document)
        return std::nullopt;
    JobReply job;
    job.id = text_at(*document, binding.id, max_id_bytes);
    job.status_word = presentable(trimmed(status_word_in(*document, binding)));
    job.status = status_of(job.status_word, binding);
    if (!job.status)
        job.status = status_by_presence(*document, binding);
    job.progress = progress_in(*document, binding);
    job.eta_seconds = number_at(*document, binding.eta_seconds);
    read_media(*document, binding, origin, request_target, job);
    // Many places are looked at for what only few replies are asked for.
    if (job.status == JobStatus::failed || job.status == JobStatus::cancelled) {
        job.error_code = error_code_at(*document, binding);
        job.cost = number_at(*document, binding.cost);
        if (job.error_code.empty())
            job.error_code = usual_error_code(*document);
        job.error_message = presentable(text_at(*document, binding.error_message, max_json_bytes));
        if (job.error_message.empty())
            job.error_message = presentable(usual_error_message(*document));
    }
    const bool says_why = job.status == JobStatus::failed || job.status == JobStatus::cancelled;
    const bool is_refused = is_refusal(*document, binding);
    job.is_refusal = is_refused && !says_why; // the code of a job that ended badly is its reason
    // Who names the job has taken it.
    job.refused = job.id.empty() && (binding.refusal ? is_refused : says_no(*document));
    for (const auto& [name, pointers] : binding.poll.keep)
        job.kept.emplace_back(name, text_at(*document, pointers, max_id_bytes));
    job.hints_at_job = hints_at_job(*document);

    const auto usable = [&](std::string_view reference) {
        return usable_target(origin, request_target, reference);
    };
    const auto target_of = [&](const JobRequest& request) {
        for (const auto& pointer : request.url)
            if (auto target = usable(text_at(*document, pointer, max_json_bytes)); !target.empty())
                return target;
        return request.use_location ? usable(reply.location) : std::string();
    };
    job.targets.poll = RareText(target_of(binding.poll));
    if (binding.result)
        job.targets.result = RareText(target_of(*binding.result));
    if (binding.cancel)
        job.targets.cancel = RareText(target_of(*binding.cancel));
    return job;
}

JobReply read_submit_reply(const HttpReply& reply, const Binding& binding, const Origin& origin,
                           std::string_view base_path) {
    const auto submit_target = std::string(base_path) + binding.submit.path;
    auto job = read_job_reply(reply, binding, origin, submit_target).value_or(JobReply{});
    const bool may_name_job = is_success(reply.status) || reply.status == 303;
    if (!may_name_job || (!job.id.empty() && reply.status != 303))
        return job;
    const auto location = usable_target(origin, submit_target, reply.location);
    if (location.empty() || location == submit_target)
        return job;
    if (job.id.empty())
        job.id = id_in(location, base_path, binding.poll.path);
    if (job.id.size() > max_id_bytes)
        job.id.clear();
    if (!job.id.empty() && job.targets.poll.empty())
        job.targets.poll = RareText(location);
    return job;
}

bool has_media(const JobReply& job, bool allow_loopback_http) {
    if (job.media.empty() || job.status == JobStatus::failed || job.status == JobStatus::cancelled)
        return false;
    if (job.status == JobStatus::succeeded)
        return true;
    return job.status ? !media_url_fault(job.media, allow_loopback_http) : job.media_is_address;
}

} // namespace job_engine
