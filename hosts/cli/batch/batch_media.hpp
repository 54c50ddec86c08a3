#pragma once

#include "posix/worker_threads.hpp"
#include "run/media_file.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cli {

// --output-directory: keeps the files behind the outputs of many runs, a few at once, on threads of its own.
class BatchMedia {
public:
    // nullptr: the options ask for no files. Throws UsageError: they cannot be written where they are to be.
    static std::unique_ptr<BatchMedia> open(const Options& options);
    explicit BatchMedia(std::string directory) : directory_(std::move(directory)) {}
    // Ends what is under way, and calls no more.
    ~BatchMedia();
    BatchMedia(const BatchMedia&) = delete;
    BatchMedia& operator=(const BatchMedia&) = delete;

    // What would be in the way of the files of a run that is not paid for yet; the reason is a sentence.
    std::optional<FileProblem> obstacle(const MediaPlan& plan, const std::string& run_key) const;

    struct Work {
        std::shared_ptr<const MediaPlan> plan;
        std::string run_key;
        std::string output_json;
        bool reuse = false;                               // files of this run may be there
        std::function<void(std::vector<MediaFile>)> done; // on one of the threads
    };
    void post(Work work);

    // What is under way and what is posted ends soon, without its files. [any]
    void stop() { downloads_.stop(); }
    // See Downloads. [any]
    void discard_parts() { downloads_.discard_parts(); }

private:
    static std::vector<MediaFile> none_kept(const Work& work, const FileProblem& problem);
    std::vector<MediaFile> keep_all(const Work& work);

    const std::string directory_;
    Downloads downloads_;
    WorkerThreads workers_{4};
};

} // namespace cli
