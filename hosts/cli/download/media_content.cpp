#include "download/media_content.hpp"

#include <algorithm>
#include <cctype>

namespace cli {

namespace {

// As of "Video/MP4; codecs=avc1": "video/mp4".
std::string plain_type(const std::string& content_type) {
    std::string type = content_type.substr(0, content_type.find(';'));
    type.erase(0, type.find_first_not_of(" \t"));
    type.erase(type.find_last_not_of(" \t") + 1);
    std::transform(type.begin(), type.end(), type.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return type;
}

bool begins(std::string_view text, std::string_view with) {
    return text.substr(0, with.size()) == with;
}

// A sign-in page, for example. Of media files only images in XML begin like one.
bool begins_as_page(MediaKind kind, std::string_view text) {
    if (begins(text, "\xEF\xBB\xBF"))
        text.remove_prefix(3);
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    const bool may_be_xml = kind == MediaKind::image || kind == MediaKind::file;
    return begins(text, "<") && !(may_be_xml && (begins(text, "<?xml") || begins(text, "<svg")));
}

// ISO media (MP4, MOV) or EBML (WebM, Matroska).
bool begins_as_container(std::string_view text) {
    return (text.size() >= 8 && text.substr(4, 4) == "ftyp") || begins(text, "\x1A\x45\xDF\xA3");
}

bool says_nothing(const std::string& type) {
    return type.empty() || type == "application/octet-stream" || type == "binary/octet-stream";
}

} // namespace

std::string fault_of_content(MediaKind kind, const std::string& content_type, std::string_view beginning) {
    const std::string word = to_string(kind);
    const std::string type = plain_type(content_type);
    if (type == "text/html" || begins_as_page(kind, beginning))
        return "the reply is a web page, not the " + word;
    if (kind == MediaKind::file || begins(type, word + "/") || says_nothing(type) || beginning.empty())
        return "";
    const bool is_container = kind == MediaKind::video && begins_as_container(beginning);
    return is_container ? "" : "the reply is of the type \"" + type + "\", not the " + word;
}

std::vector<std::string> usual_extensions(MediaKind kind) {
    switch (kind) {
    case MediaKind::video:
        return {"mp4", "webm", "mov", "m4v", "mkv"};
    case MediaKind::audio:
        return {"mp3", "wav", "ogg", "m4a", "flac", "opus"};
    case MediaKind::image:
        return {"png", "jpg", "jpeg", "webp", "gif", "svg", "avif"};
    case MediaKind::file:
        break;
    }
    std::vector<std::string> all{"bin", "zip", "json", "txt", "pdf", "glb"};
    for (const MediaKind one : {MediaKind::video, MediaKind::audio, MediaKind::image}) {
        const std::vector<std::string> its = usual_extensions(one);
        all.insert(all.end(), its.begin(), its.end());
    }
    return all;
}

std::string kept_extension(MediaKind kind, const std::string& in_url) {
    const std::vector<std::string> usual = usual_extensions(kind);
    return std::find(usual.begin(), usual.end(), in_url) != usual.end() ? in_url : usual.front();
}

} // namespace cli
