#pragma once

#include "api/pointers.hpp"
#include "http/http_message.hpp"
#include "http/url.hpp"
#include "json/violation.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace job_engine {

// One request of an upload. Its texts are templates.
struct UploadStep {
    std::string method;
    std::string url;              // as it is written; empty: the path alone
    std::optional<Origin> origin; // of an url whose host is written out
    std::string path; // below the base_url or that origin; empty: the url is one that a reply names
    bool has_one_address = false;
    bool is_authorized = false; // the API key is sent along
    Headers headers;            // besides those of every request, where it is authorized
    std::optional<boost::json::object> body;
    bool file_is_body = false;
    boost::json::object form; // texts, before the file
    std::string form_from;    // a kept object, whose members come before those
    std::string file_field;   // empty: it is no form
    NamedPointers keep;
};

// How the service gets a file that an input is instead of a URL.
struct FileRules {
    enum class Form { data_uri, base64, upload };

    std::vector<std::string> media_types; // the best first
    std::uint64_t max_bytes = 0;          // 0: not known
    std::uint32_t max_side = 0;           // pixels; 0: not known
    Form form = Form::upload;
    std::vector<UploadStep> steps; // of an upload
    std::string url;               // the template of what an upload yields
};

// In the texts of an upload, besides the connection's variables; and what the names of kept values begin
// with.
inline constexpr std::string_view file_name_place = "file.name";
inline constexpr std::string_view file_type_place = "file.type";
inline constexpr std::string_view file_size_place = "file.size";
inline constexpr std::string_view kept_prefix = "kept.";

// What a description's document says under "files".
std::optional<FileRules> file_rules_of(const boost::json::object& document);

// What is wrong with it, with paths below the document.
// variables: what its texts may name of the connection.
std::vector<Violation> file_faults(const FileRules& rules, const std::vector<std::string>& variables);

} // namespace job_engine
