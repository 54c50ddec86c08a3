#pragma once

#include "posix/worker_threads.hpp"

#include <workflow_node/host.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace cli {

// Gives runs the files that their inputs name, as the service takes them, on a few threads of its own. Must
// outlive the runs.
class AttachedFiles {
public:
    // Called with what was done with a file, on one of the threads; may be empty.
    using Told = std::function<void(const std::string&)>;
    explicit AttachedFiles(Told told = {}) : told_(std::move(told)) {}
    // Ends what is under way.
    ~AttachedFiles();
    AttachedFiles(const AttachedFiles&) = delete;
    AttachedFiles& operator=(const AttachedFiles&) = delete;

    // The files of one run, which must not move between started() and detach().
    class OfRun {
    public:
        OfRun(AttachedFiles& files, wfn::Request& request);
        void started(wfn::Run& run);
        // What comes from now on is dropped.
        void detach();

    private:
        struct State;
        std::shared_ptr<State> state_;
    };

private:
    wfn::Attachment load(const wfn::AttachmentRequest& wanted);

    const Told told_;
    std::atomic<bool> ending_ = false;
    WorkerThreads workers_{2}; // each has a processor's work, and up to 64 MiB
};

} // namespace cli
