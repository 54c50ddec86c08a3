#pragma once

#include <workflow_node/host.hpp>

#include <string>

namespace cli {

// What --json prints: one JSON object per line, each with its line end.
std::string progress_event(const wfn::Progress& progress);
std::string checkpoint_event(bool kept);
std::string warning_events(const std::string& warnings_json); // one line for each; none: ""
std::string output_event(const std::string& output_json);     // before the file behind it is downloaded
// files: JSON, beside the output; empty: none were to be kept.
std::string result_event(const wfn::Result& result, const std::string& files = "");

// The JSON text on one line; a text that is not JSON is returned unchanged.
std::string one_line(const std::string& json);

} // namespace cli
