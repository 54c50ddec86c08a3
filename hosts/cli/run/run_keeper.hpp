#pragma once

#include "journal/journaled_run.hpp"
#include "run/checkpoint_file.hpp"
#include "run/media_file.hpp"

#include <functional>
#include <optional>
#include <string>

namespace cli {

// Keeps one run's checkpoint, so that the run can be resumed. For one thread.
class RunKeeper {
public:
    // Called after each attempt to save a checkpoint: problem is empty, or says what went wrong. Called on
    // any thread; must not throw.
    using CheckpointSaved = std::function<void(const std::string& problem)>;

    RunKeeper() = default;
    virtual ~RunKeeper() = default;
    RunKeeper(const RunKeeper&) = delete;
    RunKeeper& operator=(const RunKeeper&) = delete;

    // How the user can resume a suspended run, as a sentence. when: " in about 5 min", or empty.
    virtual std::string resume_advice(const std::string& when) const = 0;
    // How the user can get the file of a succeeded run that was not kept at the path, as a sentence.
    virtual std::string file_advice(const MediaFile& file, const std::string& path) const = 0;
    // Whether that is so without paying again, if settle() is not called. For use once the run has ended.
    virtual bool leads_to_file() const = 0;
    // Whether an output that could not be written to stdout is kept as well, so that no checkpoint is needed
    // to fetch it again.
    virtual bool keeps_output() const = 0;

    // Makes the request resume from what is kept, and keep what comes. Returns a note for the user, which may
    // be empty.
    virtual std::string attach(wfn::Request& request, CheckpointSaved saved) = 0;
    // The last checkpoint that the run saved or resumed from. For use once the run has ended.
    virtual std::optional<wfn::Checkpoint> last_checkpoint() const = 0;
    virtual void started(wfn::Run&) {}
    virtual void detach() {}
    // Keeps the checkpoint of the result, or discards what was kept where the run has ended for good without
    // one. Returns an empty text, or what went wrong.
    virtual std::string settle(const wfn::Result& result) = 0;
};

// The same for a run whose output is in the journal. job: empty where it is unknown.
std::string stored_output_advice(const std::string& run_key, const std::string& job, const MediaFile& file,
                                 const std::string& path);

// --checkpoint FILE
class FileKeeper : public RunKeeper {
public:
    // Throws UsageError as CheckpointFile does.
    explicit FileKeeper(const std::string& path) : file_(path) {}

    std::string resume_advice(const std::string& when) const override;
    std::string file_advice(const MediaFile& file, const std::string& path) const override;
    bool leads_to_file() const override { return job_is_on_disk_; }
    bool keeps_output() const override { return false; }
    std::string attach(wfn::Request& request, CheckpointSaved saved) override;
    std::optional<wfn::Checkpoint> last_checkpoint() const override { return last_; }
    std::string settle(const wfn::Result& result) override;

private:
    // Used by the module's thread until the run has ended.
    CheckpointFile file_;
    std::optional<wfn::Checkpoint> last_;
    bool job_is_on_disk_ = false; // if the run succeeds
};

// --journal FILE. The result is recorded before the run counts as finished: settle only reports how that
// went.
class JournalKeeper : public RunKeeper {
public:
    JournalKeeper(durable::Journal journal, const durable::Claim& claim);

    std::string resume_advice(const std::string& when) const override;
    std::string file_advice(const MediaFile& file, const std::string& path) const override;
    bool leads_to_file() const override { return run_.problem().empty(); }
    bool keeps_output() const override { return true; }
    std::string attach(wfn::Request& request, CheckpointSaved saved) override;
    std::optional<wfn::Checkpoint> last_checkpoint() const override { return run_.last_checkpoint(); }
    void started(wfn::Run& run) override { run_.started(run); }
    void detach() override { run_.detach(); }
    std::string settle(const wfn::Result&) override { return run_.problem(); }

private:
    durable::JournalWriter writer_;
    durable::JournaledRun run_;
    std::string note_;
};

} // namespace cli
