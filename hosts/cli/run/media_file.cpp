#include "run/media_file.hpp"

#include "download/url_expiry.hpp"
#include "posix/usage_error.hpp"
#include "text/json_text.hpp"
#include "text/size.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <sys/stat.h>

#include <cstdio>
#include <system_error>
#include <utility>

namespace cli {

const char take_url_advice[] = "Its URL is in the output: download it from there, soon.";

namespace json = boost::json;

namespace {

bool is_regular_file(const std::string& path) {
    struct stat there {};
    return ::stat(path.c_str(), &there) == 0 && S_ISREG(there.st_mode);
}

void inspect_into(MediaFile& file, const std::string& path) {
    try {
        file.kept = inspect_file(path);
    } catch (const std::system_error& error) {
        file.problem = {"not_read", error.what()};
    }
}

} // namespace

MediaPlan make_media_plan(const Options& options, const wfn::Node& node, std::string_view connection_json) {
    MediaPlan plan;
    plan.outputs = media_outputs(node.output_schema_json(), node.ui_json());
    if (plan.outputs.empty()) {
        throw UsageError("the node \"" + std::string(node.action_id())
                         + "\" has no output that is the URL of a file, so there is none to keep.");
    }
    plan.access = access_of(connection_json);
    plan.settings.rules.largest = options.largest_file;
    plan.settings.replace = options.overwrite;
    return plan;
}

namespace {

void keep_into(MediaFile& file, const MediaPlan& plan, const MediaOutput& output,
               const std::string& output_json, const PathOf& path_of, bool reuse, Downloads& downloads,
               DownloadProgress& progress) {
    const json::value outputs = parse_or_null(output_json);
    const std::string text = outputs.is_object() ? text_member(outputs.get_object(), output.name) : "";
    const std::optional<Url> url = parse_url(text);
    if (!url) {
        file.problem = {"no_url", "the output \"" + output.name + "\" is no http or https URL"};
        return;
    }
    file.expires_at = expiry_of(*url);
    const std::string path = path_of(*url);
    if (reuse && is_regular_file(path)) {
        inspect_into(file, path);
        return;
    }
    DownloadSettings settings = plan.settings;
    settings.rules.kind = output.kind;
    if (auto problem = downloads.fetch(text, path, plan.access, std::move(settings), progress))
        file.problem = *std::move(problem);
    else
        inspect_into(file, path);
}

} // namespace

MediaFile not_kept(const MediaOutput& output, FileProblem problem) {
    MediaFile file;
    file.output = output.name;
    file.kind = output.kind;
    file.problem = std::move(problem);
    return file;
}

FileProblem machine_trouble(const std::exception& error) {
    return {"machine_trouble", std::string("this machine could not do it: ") + error.what()};
}

MediaFile keep_media(const MediaPlan& plan, const MediaOutput& output, const std::string& output_json,
                     const PathOf& path_of, bool reuse, Downloads& downloads, DownloadProgress& progress) {
    MediaFile file = not_kept(output, {});
    try {
        keep_into(file, plan, output, output_json, path_of, reuse, downloads, progress);
    } catch (const std::exception& error) { // no memory, say: what is paid for is still told of
        file.problem = machine_trouble(error);
    }
    return file;
}

bool has_output(const std::string& output_json, const std::string& name) {
    const json::value outputs = parse_or_null(output_json);
    const json::value* const found = outputs.is_object() ? outputs.get_object().if_contains(name) : nullptr;
    return found != nullptr && !found->is_null();
}

std::string files_json(const std::vector<MediaFile>& files) {
    json::object all;
    for (const MediaFile& file : files) {
        json::object one;
        if (file.kept) {
            const KeptFile& kept = *file.kept;
            one = {{"file", kept.path}, {"bytes", kept.bytes}, {"sha256", kept.sha256}};
            if (kept.facts.width && kept.facts.height) {
                one["width"] = *kept.facts.width;
                one["height"] = *kept.facts.height;
            }
            if (kept.facts.seconds)
                one["duration"] = *kept.facts.seconds;
        } else {
            one["error"] = {{"code", file.problem.code}, {"message", not_kept_text(file)}};
        }
        if (file.expires_at)
            one["expires_at"] = utc_text(*file.expires_at);
        all[file.output] = std::move(one);
    }
    return wfn::valid_utf8(json::serialize(all));
}

std::string not_kept_text(const MediaFile& file) {
    const std::string word = to_string(file.kind);
    return "the " + word + " was made, but its file could not be kept: " + file.problem.reason + ".";
}

std::string kept_text(const KeptFile& kept) {
    std::string text = "Kept " + kept.path + ": " + size_text(kept.bytes);
    if (kept.facts.width && kept.facts.height)
        text += ", " + std::to_string(*kept.facts.width) + "x" + std::to_string(*kept.facts.height);
    if (kept.facts.seconds) {
        char seconds[32];
        std::snprintf(seconds, sizeof seconds, ", %.1f s", *kept.facts.seconds);
        text += seconds;
    }
    return text + ".";
}

} // namespace cli
