#pragma once

#include "download/download.hpp"
#include "download/kept_file.hpp"
#include "options/options.hpp"
#include "schema/media_output.hpp"

#include <workflow_node/host.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// What is downloaded of a node's outputs, and how.
struct MediaPlan {
    std::vector<MediaOutput> outputs; // at least one
    Access access;
    DownloadSettings settings;
};

// Throws UsageError: none of the node's outputs is a file.
MediaPlan make_media_plan(const Options& options, const wfn::Node& node, std::string_view connection_json);

// What became of one output's file.
struct MediaFile {
    std::string output; // its name
    MediaKind kind = MediaKind::file;
    std::optional<KeptFile> kept;
    FileProblem problem; // where it was not kept
    std::optional<std::int64_t> expires_at;
};

// Where the file of a URL goes.
using PathOf = std::function<std::string(const Url& url)>;

// Downloads the file of an output of a successful run. reuse: a file that is there is of this run already.
// Whatever goes wrong is in the result. [any]
MediaFile keep_media(const MediaPlan& plan, const MediaOutput& output, const std::string& output_json,
                     const PathOf& path_of, bool reuse, Downloads& downloads, DownloadProgress& progress);

// Of an output whose file could not even be tried.
MediaFile not_kept(const MediaOutput& output, FileProblem problem);
// For what has nothing to do with the network or the file.
FileProblem machine_trouble(const std::exception& error);

// Whether the run has this output at all: one of several may be missing or null.
bool has_output(const std::string& output_json, const std::string& name);

// A JSON object: the outputs' names with what became of the file of each.
std::string files_json(const std::vector<MediaFile>& files);

// For people, as sentences: that the file was not kept, and why.
std::string not_kept_text(const MediaFile& file);
// What to do where nothing of the run is kept.
extern const char take_url_advice[];
// "Kept clip.mp4: 1.5 MiB, 1280x720, 5.0 s."
std::string kept_text(const KeptFile& kept);

} // namespace cli
