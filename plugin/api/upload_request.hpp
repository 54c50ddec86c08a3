#pragma once

#include "api/connection.hpp"
#include "api/error.hpp"
#include "api/file_rules.hpp"
#include "api/file_to_upload.hpp"
#include "api/form_body.hpp"
#include "http/http_message.hpp"
#include "http/url.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace job_engine {

// A request of an upload, ready to be sent. Its body is the head, the file where it is sent, and the tail.
struct UploadRequest {
    std::string method;
    Origin origin;
    std::string target;
    Headers headers;   // Content-Type among them, where there is a body
    FormFields fields; // of a form, without the file
    std::string head;
    bool sends_file = false;
    std::string tail;
    bool is_authorized = false;
    // The address is none that the connection or its description names, so it must lead to the public
    // internet, unless it is on this machine and may be.
    bool is_told = false;
};

// What earlier steps have kept, by the names of their places: "kept.upload_url".
using KeptOfUpload = boost::json::object;

// The request of a step. Fails where a reply has named what cannot be sent, or not there.
Result<UploadRequest> upload_request(const UploadStep& step, const Connection& connection,
                                     const FileToUpload& file, const KeptOfUpload& kept);

// Keeps what the step says of the 2xx reply's body; an error where that is not there.
std::optional<Error> keep_of_reply(const UploadStep& step, std::string_view body, const Binding& binding,
                                   KeptOfUpload& kept);

// What takes the input's place when all steps are done.
Result<std::string> uploaded_value(const FileRules& rules, const Binding& binding, const KeptOfUpload& kept);

// How long it may be: a signed address is, at times.
inline constexpr std::size_t max_uploaded_value_bytes = 4096;

} // namespace job_engine
