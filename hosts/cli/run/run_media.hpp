#pragma once

#include "display/run_display.hpp"
#include "posix/event_loop.hpp"
#include "run/media_file.hpp"

#include <memory>
#include <string>

namespace cli {

// --output: keeps the file behind the output of one run, and shows how far that is. For one thread.
class RunMedia {
public:
    // nullptr: the options ask for no file. Throws UsageError: the node has none, or several, or the file
    // could not be written where it is to be. For before anything is paid.
    static std::unique_ptr<RunMedia> open(const Options& options, const wfn::Node& node,
                                          std::string_view connection_json);

    RunMedia(MediaPlan plan, std::string path) : plan_(std::move(plan)), path_(std::move(path)) {}

    // Returns once the file is there, or cannot be.
    MediaFile keep(const std::string& output_json, RunDisplay& display, EventLoop& loop);

    // keep() ends soon. [any]
    void stop() { downloads_.stop(); }
    // See Downloads. [any]
    void discard_part() { downloads_.discard_parts(); }

private:
    MediaPlan plan_;
    std::string path_;
    Downloads downloads_;
};

// Says on stderr what became of the file; advice: how to get it, where it was not kept.
void tell_file(const MediaFile& file, const std::string& advice, const Options& options, RunDisplay& display);

} // namespace cli
