#include "request/request_source.hpp"

#include "attachment/file_input.hpp"
#include "posix/files.hpp"
#include "posix/usage_error.hpp"
#include "request/connection_source.hpp"
#include "request/input_source.hpp"
#include "text/suggestion.hpp"

namespace cli {

namespace {

// More than node.h allows, so that the module itself reports its limit.
constexpr std::size_t max_file = std::size_t{4} * 1024 * 1024;

std::string read_connection_file(const std::string& path, std::vector<std::string>& warnings) {
    FileText file = read_file(path, max_file);
    if (file.others_may_read) {
        warnings.push_back("the connection file \"" + path
                           + "\" holds secrets, and other users can read it;"
                             " fix that with \"chmod 600\"");
    }
    return std::move(file.text);
}

void require_utf8(const char* option, const std::string& value) {
    if (wfn::valid_utf8(value) != value)
        throw UsageError(std::string(option) + ": \"" + wfn::valid_utf8(value)
                         + "\" is not UTF-8. If it is the name of a file, rename that.");
}

// --image as one more --set.
std::vector<std::string> assignments_of(const Options& options, const std::vector<MediaInput>& inputs) {
    std::vector<std::string> assignments = options.assignments;
    for (const std::string& assignment : assignments)
        require_utf8("--set", assignment);
    if (!options.image)
        return assignments;
    require_utf8("--image", *options.image);
    std::vector<std::string> images;
    for (const MediaInput& input : inputs) {
        if (input.is_image)
            images.push_back(input.name);
    }
    if (images.empty())
        throw UsageError("--image: the node takes no image.");
    if (images.size() > 1)
        throw UsageError("--image: the node takes several images; name them with --set: " + joined(images)
                         + ".");
    assignments.push_back(images.front() + "=" + *options.image);
    return assignments;
}

} // namespace

wfn::Request make_request(const Options& options, const wfn::Node& node, bool connection_needed,
                          std::vector<std::string>& warnings) {
    if (options.input_file == "-" && options.connection_file == "-")
        throw UsageError("--input and --connection cannot both be standard input");
    wfn::Request request;
    std::optional<std::string> base;
    if (options.input_file)
        base = read_file(*options.input_file, max_file).text;
    const std::vector<MediaInput> media = media_inputs(node.ui_json());
    const std::vector<std::string> assignments = assignments_of(options, media);
    if (base || !assignments.empty() || !options.check_connection)
        request.input_json =
            with_attachments(build_input(base, assignments, node.input_schema_json()), media);
    else
        request.input_json.clear();

    const std::optional<wfn::Connection> connection = node.connection();
    if (options.connection_file) {
        request.connection_json = read_connection_file(*options.connection_file, warnings);
    } else if (connection) {
        request.connection_json =
            connection_from_environment(connection->category, connection->schema_json, process_environment)
                .value_or("");
        if (request.connection_json.empty() && connection->required && connection_needed) {
            const std::string prefix = environment_prefix(connection->category);
            throw UsageError("the node needs a connection (" + std::string(connection->name)
                             + "). Set the environment variable " + prefix
                             + "_API_KEY, or give --connection FILE.");
        }
    }
    return request;
}

} // namespace cli
