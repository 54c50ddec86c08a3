#include "api/binding.hpp"

#include "api/body_template.hpp"
#include "api/description.hpp"
#include "api/examples.hpp"
#include "api/request_faults.hpp"
#include "api/sent_faults.hpp"
#include "base/ascii.hpp"
#include "base/plain_text.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <string_view>

namespace job_engine {
namespace {

namespace json = boost::json;

std::chrono::seconds seconds_of(const json::object& object, std::string_view name) {
    const auto* member = object.if_contains(name);
    return std::chrono::seconds(member != nullptr ? member->as_int64() : 0);
}

SubmitRequest submit_of(const json::object& document) {
    const auto& submit = document.at("submit").as_object();
    SubmitRequest out;
    out.method = text_in(submit, "method");
    out.path = text_in(submit, "path");
    out.headers = headers_of(submit);
    out.body = submit.at("body").as_object();
    if (const auto* maps = document.if_contains("value_maps"))
        out.value_maps = maps->as_object();
    if (const auto* derived = document.if_contains("derived"))
        out.derived = derived->as_object();
    if (const auto* omit = submit.if_contains("omit_null"))
        out.omit_null = omit->as_bool();
    out.names_run = has_place(out.body, run_key_place) || has_place(out.body, run_marker_place);
    out.timeout = seconds_of(submit, "timeout_seconds");
    return out;
}

// name: a literal.
std::optional<JobRequest> job_request_of(const json::object& object, std::string_view name) {
    const auto* member = object.if_contains(name);
    if (member == nullptr)
        return std::nullopt;
    const auto& request = member->as_object();
    JobRequest out;
    out.purpose = name;
    out.method = text_in(request, "method");
    out.path = text_in(request, "path");
    out.headers = headers_of(request);
    out.url = texts_in(request, "url");
    if (const auto* body = request.if_contains("body"))
        out.body.emplace(body->as_object(), json::storage_ptr()); // not the storage of what is read
    out.keep = named_pointers_in(request, "keep");
    if (const auto* use_location = request.if_contains("use_location"))
        out.use_location = use_location->as_bool();
    if (const auto* seconds = request.if_contains("prefer_wait_seconds"))
        out.prefer_wait_seconds = static_cast<int>(seconds->as_int64());
    return out;
}

std::optional<JobList> job_list_of(const json::object& document) {
    auto request = job_request_of(document, "find");
    if (!request)
        return std::nullopt;
    const auto& find = document.at("find").as_object();
    JobList out;
    out.request = std::move(*request);
    out.items = text_in(find, "items");
    out.marker = texts_in(find, "marker");
    out.id = texts_in(find, "id");
    out.next = texts_in(find, "next");
    out.settled_after = seconds_of(find, "settled_after_seconds");
    const auto* empty_proves = find.if_contains("empty_list_proves");
    out.empty_proves = empty_proves != nullptr && empty_proves->as_bool();
    return out;
}

void read_authorization(const json::object& authorization, Binding& binding) {
    binding.authorization_header = text_in(authorization, "header");
    binding.authorization_value = text_in(authorization, "value");
    binding.authorization_query = text_in(authorization, "query");
    if (const auto* jwt = authorization.if_contains("jwt"))
        binding.jwt = JwtRule{seconds_of(jwt->as_object(), "lifetime_seconds"),
                              seconds_of(jwt->as_object(), "not_before_seconds")};
}

void read_reply_part(const json::object& reply, Binding& binding) {
    binding.id = texts_in(reply, "id");
    binding.status = texts_in(reply, "status");
    binding.progress = texts_in(reply, "progress");
    binding.eta_seconds = texts_in(reply, "eta_seconds");
    binding.media = texts_in(reply, binding.product);
    binding.error_code = texts_in(reply, "error_code");
    binding.error_message = texts_in(reply, "error_message");
    binding.cost = texts_in(reply, "cost");
    binding.json_in_text = texts_in(reply, "json_in_text");
    if (const auto* maximum = reply.if_contains("progress_maximum"))
        binding.progress_maximum = maximum->to_number<double>();
}

void read_states(const json::object& document, Binding& binding) {
    const auto* words = document.if_contains("status_words");
    const auto* presence = document.if_contains("status_presence");
    for (const auto& [name, status] : job_status_names) {
        if (words != nullptr)
            for (auto& word : texts_in(words->as_object(), name))
                binding.status_words.emplace(ascii_lower_case(std::move(word)), status);
        if (presence != nullptr && presence->as_object().contains(name))
            binding.status_presence.emplace_back(status, texts_in(presence->as_object(), name));
    }
}

// What an API may say with a code of the node's own; the others are about this side.
bool is_of_the_api(ErrorCode code) {
    switch (code) {
    case ErrorCode::invalid_connection:
    case ErrorCode::spending_limit:
    case ErrorCode::submission_unknown:
    case ErrorCode::invalid_api_response:
    case ErrorCode::cancelled:
    case ErrorCode::checkpoint_not_kept:
    case ErrorCode::nothing_to_collect:
    case ErrorCode::internal_error:
        return false;
    default:
        return true;
    }
}

void read_error_codes(const json::object& document, const ErrorTable& errors, Binding& binding) {
    if (const auto* codes = document.if_contains("error_codes"))
        for (const auto& code : codes->as_object())
            if (const auto known = error_code_named(code.value().as_string(), errors))
                binding.error_codes.emplace(code.key(), *known);
    for (const auto& kind : errors)
        if (is_of_the_api(kind.id))
            binding.error_codes.emplace(kind.code, kind.id);
}

// A misspelt place would send its braces instead of the key.
std::optional<std::string> fault_of_authorization(const Binding& binding) {
    const std::string_view value = binding.authorization_value;
    const std::string place(binding.credential_place());
    const auto at = value.find("{{");
    if (at == std::string_view::npos)
        return binding.jwt && !value.empty() ? std::optional("must have " + place + " in it") : std::nullopt;
    if (value.substr(at).starts_with(place))
        return std::nullopt;
    return "has the unknown placeholder " + plain_text(value.substr(at), 64) + "; there is " + place
           + (binding.jwt ? "" : ", and {{jwt}} where authorization.jwt describes a token");
}

// What the schema cannot say: text that goes into a request line or header must not break out of it, and a
// placeholder must have a meaning.
class Faults {
public:
    explicit Faults(const Binding& binding) : binding_(binding) {}

    std::vector<Violation> found(const std::vector<std::string>& variables,
                                 const std::vector<std::string>& inputs) {
        for (const auto& variable : variables)
            check_name("/variables", std::string_view(variable).substr(variable.find('.') + 1));
        auto names = inputs;
        names.insert(names.end(), variables.begin(), variables.end());
        check_submit(inputs, std::move(names));
        if (!binding_.poll.path.empty())
            check_request("/poll", binding_.poll, {"id"}, variables);
        else if (binding_.submit.timeout.count() == 0)
            add("/poll", "is missing: only an API that answers the submit with the result "
                         "(submit.timeout_seconds) has none");
        if (binding_.result) {
            std::vector<std::string> values{"id"};
            for (const auto& kept : binding_.poll.keep)
                values.push_back(kept.first);
            check_request("/result", *binding_.result, values, variables);
        }
        if (binding_.cancel)
            check_request("/cancel", *binding_.cancel, {"id"}, variables);
        if (binding_.find)
            check_find(*binding_.find, variables);
        if (binding_.files)
            for (auto& fault : file_faults(*binding_.files, variables))
                details_.push_back(std::move(fault));
        check_authorization();
        if (!binding_.idempotency_header.empty())
            check_header("/idempotency/header", binding_.idempotency_header, "");
        check_headers("/headers", binding_.headers);
        add("/authorization/value", fault_of_authorization(binding_));
        return std::move(details_);
    }

private:
    void add(std::string path, std::optional<std::string> fault) {
        if (fault)
            details_.push_back({std::move(path), std::move(*fault)});
    }

    void check_authorization() {
        const bool has_query = !binding_.authorization_query.empty();
        const bool has_header = !binding_.authorization_header.empty();
        if (has_query == has_header || has_header == binding_.authorization_value.empty())
            add("/authorization", "must have either a header with a value, or query");
        else if (has_header)
            check_header("/authorization", binding_.authorization_header, binding_.authorization_value);
    }

    void check_name(const std::string& where, std::string_view name) {
        if (auto fault = name_fault(name))
            add(where + "/" + plain_text(name, max_name_bytes), std::move(fault));
    }

    void check_submit(const std::vector<std::string>& inputs, std::vector<std::string> names) {
        for (const auto& rule : binding_.submit.derived) {
            check_derived(rule, inputs);
            names.emplace_back(rule.key());
        }
        check_path("/submit/path", binding_.submit.path);
        add("/submit/path", path_fault(binding_.submit.path, names));
        check_headers("/submit/headers", binding_.submit.headers);
        names.emplace_back(run_key_place);
        names.emplace_back(run_marker_place);
        add("/submit/body", template_fault(binding_.submit.body, names));
    }

    void check_derived(const json::key_value_pair& rule, const std::vector<std::string>& names) {
        const std::string from(rule.value().at("from").as_string());
        const auto path = "/derived/" + std::string(rule.key());
        check_name("/derived", rule.key());
        if (std::find(names.begin(), names.end(), std::string(rule.key())) != names.end())
            details_.push_back({path, "has the name of an input: give it another"});
        if (std::find(names.begin(), names.end(), from) == names.end())
            details_.push_back({path + "/from", "names no input: " + plain_text(from, 64)});
    }

    // values: what stands in single braces.
    void check_request(const std::string& where, const JobRequest& request,
                       const std::vector<std::string>& values, std::vector<std::string> names) {
        check_path(where + "/path", request.path);
        add(where + "/path", path_fault(request.path, names));
        add(where + "/path", single_brace_fault(request.path, values));
        check_headers(where + "/headers", request.headers);
        for (const auto& [name, pointers] : request.keep)
            check_name(where + "/keep", name);
        names.emplace_back("id");
        if (request.body)
            add(where + "/body", template_fault(*request.body, names));
    }

    // On a list's word a job is made, and paid, once more: what would let a part of it pass for the whole, or
    // a list without markers for one with them, is refused.
    void check_find(const JobList& list, const std::vector<std::string>& variables) {
        check_request("/find", list.request, {std::string(find_marker_place), std::string(find_offset_place)},
                      variables);
        if (list.request.path.find("{+") != std::string::npos)
            add("/find/path", "has a place with +, for which there is no use here");
        if (!list.looks_by_marker() && !list.pages_by_offset() && list.next.empty())
            add("/find",
                "says nothing of further pages: put {offset} into the path or give next, or {marker} "
                "where the service looks by it");
        if (!has_place(binding_.submit.body, run_marker_place))
            add("/find",
                "looks for the run's marker, which the submit does not send: put {{run.marker}} into "
                "submit.body, where the list shows it");
    }

    void check_path(const std::string& where, const std::string& path) { add(where, path_text_fault(path)); }

    void check_headers(const std::string& where, const Headers& headers) {
        for (const auto& [name, value] : headers)
            check_header(where, name, value);
    }

    void check_header(const std::string& where, const std::string& name, const std::string& value) {
        if (auto fault = header_fault(name, value))
            add(where, std::move(fault));
        else if (where != "/authorization" && value.find("{{") != std::string::npos)
            details_.push_back(
                {where, "has the unknown placeholder " + plain_text(value.substr(value.find("{{")), 64)
                            + "; in a header there are only declared variables, {{connection.NAME}}"});
    }

    const Binding& binding_;
    std::vector<Violation> details_;
};

Error invalid_binding(std::vector<Violation> details) {
    auto error = make_error(ErrorCode::invalid_connection, "The API binding of the connection is not valid: "
                                                               + clause_of(details.front()) + ".");
    for (auto& detail : details)
        detail.path.insert(0, "/api_binding");
    error.details = std::move(details);
    return error;
}

Error missing_variables(std::vector<Violation> details) {
    auto error =
        make_error(ErrorCode::invalid_connection, "The connection's " + clause_of(details.front()) + ".");
    error.details = std::move(details);
    return error;
}

} // namespace

// The code itself, then the longest beginning.
std::optional<ErrorCode> Binding::listed_error(std::string_view code) const {
    auto known = error_codes.find(code);
    for (auto size = code.size(); known == error_codes.end() && size > 0; --size)
        known = error_codes.find(std::string(code.substr(0, size)) + '*');
    return known != error_codes.end() ? std::optional(known->second) : std::nullopt;
}

std::shared_ptr<const Binding> described_binding(const json::object& document, const BindingRules& rules) {
    auto binding = std::make_shared<Binding>();
    binding->name = text_in(document, "name");
    binding->product = rules.product;
    binding->base_url = text_in(document, "base_url");
    binding->authorization_header = "Authorization";
    binding->authorization_value = "Bearer {{api_key}}";
    if (const auto* authorization = document.if_contains("authorization"))
        read_authorization(authorization->as_object(), *binding);
    binding->headers = headers_of(document);
    binding->submit = submit_of(document);
    JobRequest looks; // where the submit's answer says, if it names a job at all
    looks.purpose = "poll";
    looks.method = "GET";
    binding->poll = job_request_of(document, "poll").value_or(std::move(looks));
    binding->result = job_request_of(document, "result");
    binding->cancel = job_request_of(document, "cancel");
    binding->find = job_list_of(document);
    binding->minimum_poll_interval = seconds_of(document, "minimum_poll_interval_seconds");
    read_reply_part(document.at("reply").as_object(), *binding);
    if (const auto* refusal = document.if_contains("refusal"))
        binding->refusal =
            Refusal{texts_in(refusal->as_object(), "code"), texts_in(refusal->as_object(), "fine"),
                    texts_in(refusal->as_object(), "message")};
    read_states(document, *binding);
    if (const auto* idempotency = document.if_contains("idempotency")) {
        binding->idempotency_header = text_in(idempotency->as_object(), "header");
        binding->idempotency_honoured = idempotency->as_object().at("honoured").as_bool();
    }
    binding->sends_key =
        !binding->idempotency_header.empty() || has_place(binding->submit.body, run_key_place);
    binding->request_id_headers = texts_in(document, "request_id_headers");
    read_error_codes(document, *rules.errors, *binding);
    if (const auto* largest = document.if_contains(rules.media_limit))
        binding->max_media_bytes = largest->to_number<std::uint64_t>();
    binding->files = file_rules_of(document);
    if (binding->files && binding->files->max_bytes == 0)
        binding->files->max_bytes = binding->max_media_bytes;
    return binding;
}

Result<std::shared_ptr<const Binding>> read_binding(const json::object& given, const BindingRules& rules,
                                                    const VariableOf& variable, Examples examples) {
    if (auto details = rules.schema->validate(given); !details.empty())
        return invalid_binding(std::move(details));
    auto document = description_of_node(given, rules.action_id, rules.product);
    if (auto missing = fill_variables(document, variable); !missing.empty())
        return missing_variables(std::move(missing));
    auto binding = described_binding(document, rules);
    if (auto details = Faults(*binding).found(variable_names(document), rules.input_names); !details.empty())
        return invalid_binding(std::move(details));
    if (auto details = sent_faults(*binding, rules); !details.empty())
        return invalid_binding(std::move(details));
    if (examples == Examples::tried)
        if (auto details = example_faults(given, rules); !details.empty())
            return invalid_binding(std::move(details));
    return binding;
}

} // namespace job_engine
