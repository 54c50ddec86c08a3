#include "batch/batch_media.hpp"

#include "batch/file_names.hpp"
#include "download/media_content.hpp"
#include "download/part_file.hpp"
#include "posix/usage_error.hpp"

#include <exception>
#include <utility>

namespace cli {

std::unique_ptr<BatchMedia> BatchMedia::open(const Options& options) {
    if (!options.output_directory)
        return nullptr;
    if (const std::string fault = fault_of_directory(*options.output_directory); !fault.empty())
        throw UsageError(fault);
    prepare_http();
    return std::make_unique<BatchMedia>(*options.output_directory);
}

BatchMedia::~BatchMedia() {
    downloads_.stop();
}

std::optional<FileProblem> BatchMedia::obstacle(const MediaPlan& plan, const std::string& run_key) const {
    for (const MediaOutput& output : plan.outputs) {
        for (const std::string& extension : usual_extensions(output.kind)) {
            const std::string path =
                media_path(directory_, run_key, output, plan.outputs.size() > 1, extension);
            if (auto problem = obstacle_at(path, plan.settings.replace))
                return problem;
        }
    }
    return std::nullopt;
}

void BatchMedia::post(Work work) {
    const auto shared = std::make_shared<const Work>(std::move(work));
    try {
        workers_.post([this, shared] { shared->done(keep_all(*shared)); });
    } catch (const std::exception& error) {
        shared->done(none_kept(*shared, machine_trouble(error)));
    }
}

std::vector<MediaFile> BatchMedia::none_kept(const Work& work, const FileProblem& problem) {
    std::vector<MediaFile> files;
    for (const MediaOutput& output : work.plan->outputs)
        files.push_back(not_kept(output, problem));
    return files;
}

std::vector<MediaFile> BatchMedia::keep_all(const Work& work) {
    std::vector<MediaFile> files;
    const bool several = work.plan->outputs.size() > 1;
    for (const MediaOutput& output : work.plan->outputs) {
        if (several && !has_output(work.output_json, output.name))
            continue;
        const auto path_of = [&](const Url& url) {
            return media_path(directory_, work.run_key, output, several,
                              kept_extension(output.kind, extension_of(url)));
        };
        DownloadProgress progress;
        files.push_back(
            keep_media(*work.plan, output, work.output_json, path_of, work.reuse, downloads_, progress));
    }
    return files;
}

} // namespace cli
