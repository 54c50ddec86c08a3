#pragma once

#include <workflow_node/host.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

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
    void post(std::function<void()> work);
    void work_off();

    const Told told_;
    std::atomic<bool> ending_ = false;
    std::mutex mutex_;
    std::condition_variable posted_;
    std::deque<std::function<void()>> works_;
    std::size_t idle_ = 0; // threads that wait for work
    std::vector<std::thread> threads_;
};

} // namespace cli
