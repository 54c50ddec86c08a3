#pragma once

#include "journal/journaled_run.hpp"
#include "run/checkpoint_file.hpp"

#include <functional>
#include <optional>
#include <string>

namespace cli {

// Where one run's checkpoint is kept, so that the run can be taken up again. For one thread.
class RunKeeper {
public:
    // Told how a checkpoint fared: empty, or what went wrong. Called on any thread; must not throw.
    using Tried = std::function<void(const std::string& problem)>;

    RunKeeper() = default;
    virtual ~RunKeeper() = default;
    RunKeeper(const RunKeeper&) = delete;
    RunKeeper& operator=(const RunKeeper&) = delete;

    // How the user goes on with a run that was suspended: the end of a sentence.
    virtual std::string how_to_go_on(const std::string& when) const = 0;
    // Whether an output that nobody could read is kept, too, and needs no checkpoint to get at again.
    virtual bool keeps_output() const = 0;

    // Makes the request go on from what is kept, and keep what comes. The note for the user; may be empty.
    virtual std::string attach(wfn::Request& request, Tried tried) = 0;
    // The last one that the run gave or went on from. Once the run is over.
    virtual std::optional<std::string> last_checkpoint() const = 0;
    virtual void started(wfn::Run&) {}
    virtual void detach() {}
    // Keeps the checkpoint of the result, or discards what was kept. Empty: done; or what went wrong.
    virtual std::string settle(const wfn::Result& result) = 0;
};

// --checkpoint FILE
class FileKeeper : public RunKeeper {
public:
    // Throws UsageError as CheckpointFile does.
    explicit FileKeeper(const std::string& path) : file_(path) {}

    std::string how_to_go_on(const std::string& when) const override;
    bool keeps_output() const override { return false; }
    std::string attach(wfn::Request& request, Tried tried) override;
    std::optional<std::string> last_checkpoint() const override { return last_; }
    std::string settle(const wfn::Result& result) override;

private:
    // Used by the module's thread until the run is over.
    CheckpointFile file_;
    std::optional<std::string> last_;
};

// --journal FILE. The result is kept before the run counts as over: settle only says how that went.
class JournalKeeper : public RunKeeper {
public:
    JournalKeeper(durable::Journal journal, const durable::Claim& claim);

    std::string how_to_go_on(const std::string& when) const override;
    bool keeps_output() const override { return true; }
    std::string attach(wfn::Request& request, Tried tried) override;
    std::optional<std::string> last_checkpoint() const override { return run_.last_checkpoint(); }
    void started(wfn::Run& run) override { run_.started(run); }
    void detach() override { run_.detach(); }
    std::string settle(const wfn::Result&) override { return run_.problem(); }

private:
    durable::JournalWriter writer_;
    durable::JournaledRun run_;
    std::string note_;
};

} // namespace cli
