#pragma once

#include "api/error.hpp"
#include "http/http_message.hpp"
#include "json/validator.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace job_engine {

enum class JobStatus { queued, running, succeeded, failed, cancelled };

using Pointers = std::vector<std::string>; // JSON pointers, tried in order

// A request about a submitted job.
struct JobRequest {
    std::string method;
    std::string path;
    Pointers url;
    bool use_location = false;
    int prefer_wait_seconds = 0; // 0: not asked for
};

// One HTTP API as data, see schemas/api_binding.schema.json. The code knows no path and no member that is not
// here; it knows the words that mean the same everywhere, and where APIs usually put an error. Immutable,
// shared by runs.
struct Binding {
    std::string name;
    std::string product; // what is made, for people: "video"
    std::string authorization_header;
    std::string authorization_value; // with {{api_key}} in it
    Headers headers;
    std::string submit_method;
    std::string submit_path;
    boost::json::object submit_body;
    JobRequest poll;
    std::optional<JobRequest> result; // set where the poll does not carry the result
    std::optional<JobRequest> cancel;
    Pointers id;
    Pointers status;
    Pointers progress;
    Pointers eta_seconds;
    Pointers media; // the address of what was made
    Pointers error_code;
    Pointers error_message;
    std::map<std::string, JobStatus, std::less<>> status_words; // lower case
    std::string idempotency_header;
    bool idempotency_honoured = false;
    std::map<std::string, ErrorCode, std::less<>> error_codes;
    boost::json::object value_maps;
    std::uint64_t max_media_bytes = 0; // 0: not known
};

// What a binding is checked against.
struct BindingRules {
    std::shared_ptr<const Schema> schema;
    std::vector<std::string> input_names; // what its submit's body may refer to
    // Of the node: see NodeType.
    const ErrorTable* errors;
    std::string_view product;
    std::string_view media_limit;
    std::string_view connection_media_check;
};

// Fails as Invalid Connection, with paths below /api_binding.
Result<std::shared_ptr<const Binding>> read_binding(const boost::json::object& document,
                                                    const BindingRules& rules);

} // namespace job_engine
