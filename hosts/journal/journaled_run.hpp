#pragma once

#include "journal/journal_writer.hpp"

#include <workflow_node/host.hpp>

#include <memory>
#include <optional>
#include <string>

namespace durable {

// The checkpoint of a run, with what the journal knows of its job.
std::optional<wfn::Checkpoint> checkpoint_of(const RunRecord& record);

// How a run ended, as the journal records it. known_job: the execution resumed a job or was told of one.
RunEnd run_end(const wfn::Result& result, const std::string& job_id, bool known_job,
               RunState before = RunState::interrupted);

// One execution of a run that was claimed in a journal: its checkpoints, its job and its result are written
// to the journal as they arrive. The writer must outlive it and the run.
class JournaledRun {
public:
    JournaledRun(JournalWriter& writer, const Claim& claim);

    const std::string& run_key() const noexcept;

    // Gives the request the run's key and checkpoint, and wraps its callbacks. The module continues after a
    // checkpoint only once that is on the disk; then on_checkpoint_saved is called, as JournalWriter::Done
    // is. The request's own on_complete is called on the writer's thread, once the result is on the disk, or
    // could not be kept: see problem().
    void attach(wfn::Request& request, JournalWriter::Done on_checkpoint_saved);
    // After Session::start. The run must stay where it is until detach.
    void started(wfn::Run& run);
    // Before the run is destroyed or moved.
    void detach();

    // Why the result could not be recorded; empty if it was. For use after the request's on_complete.
    std::string problem() const;
    // The last checkpoint that the run saved or resumed from. For use once the run has ended.
    std::optional<wfn::Checkpoint> last_checkpoint() const;

private:
    struct State; // shared with the callbacks, which may outlive this
    std::shared_ptr<State> state_;
};

} // namespace durable
