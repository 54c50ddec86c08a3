#include "run/run_media.hpp"

#include "download/part_file.hpp"
#include "posix/usage_error.hpp"
#include "text/error_text.hpp"
#include "text/suggestion.hpp"

#include <unistd.h>

#include <optional>
#include <system_error>
#include <thread>

namespace cli {

std::unique_ptr<RunMedia> RunMedia::open(const Options& options, const wfn::Node& node,
                                         std::string_view connection_json) {
    if (!options.output_file)
        return nullptr;
    MediaPlan plan = make_media_plan(options, node, connection_json);
    if (plan.outputs.size() > 1) {
        std::vector<std::string> names;
        for (const MediaOutput& output : plan.outputs)
            names.push_back(output.name);
        throw UsageError("the node makes several files (" + joined(names)
                         + "), and --output names one. \"workflow-node batch\" keeps them all, with"
                           " --output-directory.");
    }
    if (const std::string fault = fault_of_destination(*options.output_file, options.overwrite);
        !fault.empty())
        throw UsageError(fault);
    prepare_http();
    return std::make_unique<RunMedia>(std::move(plan), *options.output_file);
}

MediaFile RunMedia::keep(const std::string& output_json, RunDisplay& display, EventLoop& loop) {
    constexpr std::chrono::milliseconds redraw_after{250};
    const MediaOutput& output = plan_.outputs.front();
    DownloadProgress progress;
    MediaFile file;
    bool is_over = false;
    std::jthread worker;
    try {
        worker = std::jthread([&] {
            file = keep_media(
                plan_, output, output_json, [this](const Url&) { return path_; }, false, downloads_,
                progress);
            loop.post([&is_over] { is_over = true; });
        });
    } catch (const std::system_error& error) {
        return not_kept(output, machine_trouble(error));
    }
    const auto started_at = std::chrono::steady_clock::now();
    while (!is_over) {
        const auto elapsed = std::chrono::steady_clock::now() - started_at;
        const std::uint64_t total = progress.total;
        display.download({path_.substr(path_.rfind('/') + 1), progress.bytes,
                          total > 0 ? std::optional(total) : std::nullopt},
                         std::chrono::duration_cast<std::chrono::milliseconds>(elapsed));
        loop.run_one(redraw_after);
    }
    worker.join();
    return file;
}

void tell_file(const MediaFile& file, const std::string& advice, const Options& options,
               RunDisplay& display) {
    if (options.json) // it is in the result
        return;
    if (file.kept)
        display.note(kept_text(*file.kept));
    else
        display.error(
            message_text("Error", not_kept_text(file) + " " + advice, inspect_terminal(STDERR_FILENO)));
}

} // namespace cli
