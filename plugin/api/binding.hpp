#pragma once

#include "api/error.hpp"
#include "api/file_rules.hpp"
#include "api/pointers.hpp"
#include "http/http_message.hpp"
#include "json/validator.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace job_engine {

enum class JobStatus { queued, running, succeeded, failed, cancelled };

// As descriptions name them, in the order in which a status by presence is tried.
inline constexpr std::array<std::pair<std::string_view, JobStatus>, 5> job_status_names{
    {{"success", JobStatus::succeeded},
     {"failed", JobStatus::failed},
     {"cancelled", JobStatus::cancelled},
     {"running", JobStatus::running},
     {"queued", JobStatus::queued}}};

// The request that makes a job. Its path and body are templates, see body_template.hpp.
struct SubmitRequest {
    std::string method;
    std::string path;
    Headers headers; // besides those of every request
    boost::json::object body;
    boost::json::object value_maps;
    boost::json::object derived;
    bool omit_null = false;
    bool names_run = false;          // its body has the place of the idempotency key or of the run's marker
    std::chrono::seconds timeout{0}; // 0: the connection's
};

// A request about a submitted job.
struct JobRequest {
    std::string_view purpose; // the member of the description: "poll"
    std::string method;
    std::string path;
    Headers headers; // besides those of every request
    std::optional<boost::json::object> body;
    Pointers url;
    bool use_location = false;
    int prefer_wait_seconds = 0; // 0: not asked for
    NamedPointers keep{};        // values for the path of the result
};

// The list of jobs in which a submit's own can be found by the run's marker.
struct JobList {
    JobRequest request;
    std::string items;
    Pointers marker; // in an item
    Pointers id;     // the same
    Pointers next;   // the address of the next page
    std::chrono::seconds settled_after{};
    bool empty_proves = false; // an empty list is believed, too

    bool looks_by_marker() const { return request.path.find("{marker}") != std::string::npos; }
    bool pages_by_offset() const { return request.path.find("{offset}") != std::string::npos; }
};

// Where a reply of status 2xx says no.
struct Refusal {
    Pointers code;
    std::vector<std::string> fine;
    Pointers message;
};

// A token that takes the key's place, made anew for each request.
struct JwtRule {
    std::chrono::seconds lifetime;
    std::chrono::seconds not_before; // how long before now it begins
};

// One HTTP API as data, see schemas/api_binding.schema.json. The code knows no path and no member that is not
// here; it knows the words that mean the same everywhere, and where APIs usually put an error. Immutable,
// shared by runs.
struct Binding {
    std::string name;
    std::string product;              // what is made, for people: "video"
    std::string base_url;             // for a connection that gives none
    std::string authorization_header; // empty: the key goes into the query
    std::string authorization_value;  // with credential_place() in it
    std::string authorization_query;  // the parameter's name
    std::optional<JwtRule> jwt;
    Headers headers; // of every request
    SubmitRequest submit;
    JobRequest poll;
    std::optional<JobRequest> result; // set where the poll does not carry the result
    std::optional<JobRequest> cancel;
    std::optional<JobList> find;
    Pointers id;
    Pointers status;
    Pointers progress;
    Pointers eta_seconds;
    Pointers media; // the address of what was made
    Pointers error_code;
    Pointers error_message;
    Pointers cost;
    Pointers json_in_text;
    double progress_maximum = 0; // 0: not known
    std::optional<Refusal> refusal;
    std::map<std::string, JobStatus, std::less<>> status_words;  // lower case
    std::vector<std::pair<JobStatus, Pointers>> status_presence; // in the order in which they are tried
    std::chrono::seconds minimum_poll_interval{0};
    std::vector<std::string> request_id_headers;
    std::string idempotency_header;
    bool sends_key = false; // in a header or in the submit's body
    bool idempotency_honoured = false;
    std::map<std::string, ErrorCode, std::less<>> error_codes; // "SAFETY.*": of all that begin so
    std::uint64_t max_media_bytes = 0;                         // 0: not known
    std::optional<FileRules> files; // not set: by a URL in the connection's storage

    // What the description says of an API's code.
    std::optional<ErrorCode> listed_error(std::string_view code) const;
    std::string_view credential_place() const noexcept { return jwt ? "{{jwt}}" : "{{api_key}}"; }
};

// A service that the module describes besides the nodes' own, by the name that a connection has for it.
struct NamedApi {
    std::string_view name;
    std::string_view base_url; // as the document has it
    const char* document;
};

// What a binding is checked against.
struct BindingRules {
    std::shared_ptr<const Schema> schema;
    std::span<const NamedApi> apis;
    std::vector<std::string> input_names; // what its submit may refer to
    const boost::json::object* inputs;    // their schemas by name
    std::string_view media_input;         // empty: none
    // Of the node: see NodeType.
    std::string_view action_id;
    const ErrorTable* errors;
    std::string_view product;
    std::string_view media_limit;
    std::string_view connection_media_check;
};

// The values of a binding's variables, by name; nullptr where the connection gives none.
using VariableOf = std::function<const boost::json::value*(std::string_view)>;

// Whether the document's examples are tried; those of the module's own are, by its tests.
enum class Examples { trusted, tried };

// Fails as Invalid Connection, with paths below /api_binding, or that of a variable in the connection.
Result<std::shared_ptr<const Binding>> read_binding(const boost::json::object& document,
                                                    const BindingRules& rules,
                                                    const VariableOf& variable = {},
                                                    Examples examples = Examples::trusted);

// What a document says that has been found valid before.
std::shared_ptr<const Binding> described_binding(const boost::json::object& document,
                                                 const BindingRules& rules);

} // namespace job_engine
