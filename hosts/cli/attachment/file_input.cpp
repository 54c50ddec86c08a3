#include "attachment/file_input.hpp"

#include "posix/input_error.hpp"
#include "text/json_text.hpp"

#include <workflow_node/host.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>

namespace cli {

namespace json = boost::json;

namespace {

constexpr std::string_view attachment_scheme = "attachment:";
constexpr std::string_view file_scheme = "file://";

bool begins(std::string_view text, std::string_view with) {
    return text.substr(0, with.size()) == with;
}

bool is_word(unsigned char character) {
    return std::isalnum(character) != 0 || character == '-' || character == '.' || character == '+';
}

// "https://" or "data:"
bool has_scheme(std::string_view text) {
    const auto colon = static_cast<std::size_t>(
        std::find_if_not(text.begin(), text.end(), [](char one) { return is_word(one); }) - text.begin());
    if (colon == 0 || colon >= text.size() || text[colon] != ':')
        return false;
    return begins(text.substr(colon), "://") || text.substr(0, colon) == "data"
           || text.substr(0, colon) == "attachment";
}

// "example.com/shoe.jpg": the module says what a URL begins with.
bool looks_like_a_host(std::string_view text) {
    const std::string_view first = text.substr(0, text.find('/'));
    return first.size() < text.size() && first.find('.') != first.npos && first.front() != '.'
           && std::all_of(first.begin(), first.end(), [](char one) { return is_word(one); });
}

std::string percent_encoded(std::string_view path) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char character : path) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte < 0x80 && (is_word(byte) || byte == '/' || byte == '_' || byte == '~') && byte != '+')
            encoded += character;
        else
            encoded += {'%', digits[byte >> 4], digits[byte & 15]};
    }
    return encoded;
}

std::string percent_decoded(std::string_view text) {
    const auto digit = [](char one) {
        const int lower = std::tolower(static_cast<unsigned char>(one));
        return std::isdigit(lower) != 0 ? lower - '0' : lower - 'a' + 10;
    };
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_code = text[i] == '%' && i + 2 < text.size()
                             && std::isxdigit(static_cast<unsigned char>(text[i + 1])) != 0
                             && std::isxdigit(static_cast<unsigned char>(text[i + 2])) != 0;
        decoded += is_code ? static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])) : text[i];
        i += is_code ? 2 : 0;
    }
    return decoded;
}

std::string path_of_file_url(std::string_view url, const std::string& input) {
    std::string_view rest = url.substr(file_scheme.size());
    if (begins(rest, "localhost/"))
        rest.remove_prefix(std::string_view("localhost").size());
    if (!begins(rest, "/"))
        throw InputError("/" + input + ": " + std::string(url)
                         + " is a file of another machine; a file of this one is file:///PATH.");
    return percent_decoded(rest);
}

// The path that the text is; empty: it is a URL, or nothing.
std::string path_in(std::string_view text, const std::string& input,
                    bool (*is_there)(const std::string& path)) {
    if (begins(text, file_scheme))
        return path_of_file_url(text, input);
    if (text.empty() || has_scheme(text))
        return "";
    const bool is_host = looks_like_a_host(text) && !is_there(std::string(text.substr(0, text.find('/'))));
    return is_host ? "" : std::string(text);
}

// What node.h's names can hold.
bool is_line_of_text(const std::string& path) {
    const bool has_control =
        std::any_of(path.begin(), path.end(), [](unsigned char one) { return one < 0x20 || one == 0x7F; });
    return !has_control && wfn::valid_utf8(path) == path;
}

// Not "..", which leads elsewhere behind a symbolic link.
std::filesystem::path without_dots(const std::filesystem::path& path) {
    std::filesystem::path without;
    for (const std::filesystem::path& part : path)
        if (part != ".")
            without /= part;
    return without;
}

std::string attachment_of(const std::string& path, const std::string& directory, const std::string& input) {
    if (!is_line_of_text(path))
        throw InputError("/" + input + ": the file's name has a line end or is not UTF-8; rename it.");
    const std::filesystem::path absolute = without_dots(std::filesystem::path(directory) / path);
    std::string attachment = std::string(attachment_scheme) + percent_encoded(absolute.native());
    if (attachment.size() > WFN_MAX_ATTACHMENT_NAME_BYTES)
        throw InputError("/" + input
                         + ": the path is too long; put the file into a folder with a shorter one.");
    return attachment;
}

} // namespace

std::string with_attachments(const std::string& input_json, const std::vector<MediaInput>& inputs,
                             const std::string& directory, bool (*is_there)(const std::string& path)) {
    if (inputs.empty())
        return input_json;
    json::value parsed = parse_or_null(input_json);
    if (!parsed.is_object())
        return input_json;
    bool is_changed = false;
    for (const MediaInput& input : inputs) {
        json::value* value = parsed.get_object().if_contains(input.name);
        if (value == nullptr || !value->is_string())
            continue;
        const std::string path = path_in(value->get_string(), input.name, is_there);
        if (path.empty())
            continue;
        *value = json::string(attachment_of(path, directory, input.name));
        is_changed = true;
    }
    return is_changed ? json::serialize(parsed) : input_json;
}

std::string with_attachments(const std::string& input_json, const std::vector<MediaInput>& inputs) {
    if (inputs.empty())
        return input_json;
    return with_attachments(input_json, inputs, std::filesystem::current_path().string(),
                            [](const std::string& path) {
                                std::error_code error;
                                return std::filesystem::exists(path, error);
                            });
}

std::string attached_path(std::string_view attachment) {
    return begins(attachment, attachment_scheme)
               ? percent_decoded(attachment.substr(attachment_scheme.size()))
               : "";
}

std::vector<FileInput> files_in(std::string_view input_json, const std::vector<MediaInput>& inputs) {
    std::vector<FileInput> files;
    if (inputs.empty())
        return files;
    const json::value parsed = parse_or_null(input_json);
    if (!parsed.is_object())
        return files;
    for (const MediaInput& input : inputs) {
        std::string path = attached_path(text_member(parsed.get_object(), input.name.c_str()));
        if (!path.empty())
            files.push_back({input, std::move(path)});
    }
    return files;
}

} // namespace cli
