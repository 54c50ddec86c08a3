#include "journal/journaled_run.hpp"

#include "journal/module_check.hpp"
#include "journal/run_identity.hpp"

#include <boost/json/object.hpp>

#include <mutex>
#include <utility>

namespace durable {

namespace {

RunState state_of(wfn::Outcome outcome) {
    switch (outcome) {
    case wfn::Outcome::succeeded:
        return RunState::succeeded;
    case wfn::Outcome::suspended:
        return RunState::suspended;
    case wfn::Outcome::cancelled:
        return RunState::cancelled;
    case wfn::Outcome::failed:
        break;
    }
    return RunState::failed;
}

std::optional<std::string> unless_empty(std::string text) {
    return text.empty() ? std::nullopt : std::optional(std::move(text));
}

} // namespace

std::optional<wfn::Checkpoint> checkpoint_of(const RunRecord& record) {
    if (!record.checkpoint)
        return std::nullopt;
    wfn::Checkpoint checkpoint;
    checkpoint.json = *record.checkpoint;
    if (record.collectable) {
        checkpoint.submission = wfn::Submission::yes;
        checkpoint.job_id = record.job_id.value_or("");
    }
    return checkpoint;
}

RunEnd run_end(const wfn::Result& result, const std::string& job_id, bool known_job, RunState before) {
    RunEnd end;
    end.state = state_of(result.outcome);
    if (result.checkpoint)
        end.checkpoint = result.checkpoint->json;
    std::string job = job_id;
    if (result.error) {
        const bool had_failed = before == RunState::failed || before == RunState::cancelled;
        if (result.error->code == "nothing_to_collect" && result.checkpoint && !had_failed)
            end.state = RunState::suspended; // a run that may submit goes on from there, with the same key
        end.error = result.error->json;
        end.retryable = result.error->retryable;
        end.charged = to_string(result.error->charged);
        if (!result.error->job_id.empty())
            job = result.error->job_id;
    } else if (result.succeeded()) {
        end.output = result.output_json;
        if (known_job)
            end.charged = "yes";
    }
    if (result.checkpoint && result.checkpoint->submission == wfn::Submission::yes) {
        end.collectable = true;
        if (!result.checkpoint->job_id.empty())
            job = result.checkpoint->job_id;
    }
    end.job_id = unless_empty(std::move(job));
    return end;
}

struct JournaledRun::State {
    State(JournalWriter& to, const Claim& claim)
        : writer(to), key(claim.record.run_key), known_job(claim.record.collectable),
          job_id(claim.record.collectable ? claim.record.job_id.value_or("") : ""),
          given_checkpoint(checkpoint_of(claim.record)), last_checkpoint(given_checkpoint),
          collect_only(claim.collect_only), state_before(claim.record.state) {}

    JournalWriter& writer;
    const std::string key;

    // Used by the run's callbacks, which never overlap.
    bool known_job;
    std::string job_id;
    const std::optional<wfn::Checkpoint> given_checkpoint; // the one to resume from
    std::optional<wfn::Checkpoint> last_checkpoint;
    const bool collect_only;
    const RunState state_before;
    std::function<void(const wfn::Progress&)> on_progress;
    std::function<void(const wfn::Result&)> on_complete;
    JournalWriter::Done on_checkpoint_saved;

    std::mutex mutex;
    wfn::Run* run = nullptr;
    int asked = 0;                 // number of checkpoints so far
    std::optional<bool> unclaimed; // the answer to the last one, if it came before there was a run
    std::string problem;

    void progress(const wfn::Progress& progress) {
        if (!progress.job_id.empty() && (!known_job || progress.job_id != job_id)) {
            known_job = true;
            job_id = progress.job_id;
            // If it gets lost, a list lacks the name; only the checkpoint matters.
            writer.post([k = key, job = job_id](Journal& journal) { journal.save_job(k, job); },
                        [](const std::string&) {});
        }
        if (on_progress)
            on_progress(progress);
    }

    static wfn::CheckpointAnswer keep(const std::shared_ptr<State>& self, const wfn::Checkpoint& checkpoint) {
        int number = 0;
        {
            const std::lock_guard lock(self->mutex);
            number = ++self->asked;
            self->unclaimed.reset();
        }
        if (const std::string fault = fault_of_checkpoint(checkpoint); !fault.empty()) {
            if (self->on_checkpoint_saved)
                self->on_checkpoint_saved(fault);
            return wfn::CheckpointAnswer::not_kept;
        }
        self->last_checkpoint = checkpoint;
        self->writer.post(
            [self, checkpoint](Journal& journal) { journal.save_checkpoint(self->key, checkpoint); },
            [self, number](const std::string& problem) {
                if (self->on_checkpoint_saved)
                    self->on_checkpoint_saved(problem);
                self->answer(number, problem.empty());
            });
        return wfn::CheckpointAnswer::later;
    }

    // An answer that comes after the module has given up on it must not count for the next checkpoint.
    void answer(int number, bool kept) {
        const std::lock_guard lock(mutex);
        if (number != asked)
            return;
        if (run != nullptr)
            run->checkpoint_saved(kept);
        else
            unclaimed = kept;
    }

    static void complete(const std::shared_ptr<State>& self, wfn::Result result) {
        if (check_result(result) && self->last_checkpoint)
            result.checkpoint = self->last_checkpoint;
        // A module that cannot read a checkpoint gives it back without what it means: that stays as it was.
        if (result.checkpoint && result.checkpoint->submission == wfn::Submission::maybe
            && self->given_checkpoint && result.checkpoint->json == self->given_checkpoint->json)
            result.checkpoint = self->given_checkpoint;
        self->writer.post([self, end = run_end(result, self->job_id, self->known_job, self->state_before)](
                              Journal& journal) { journal.finish(self->key, end); },
                          [self, result](const std::string& problem) {
                              {
                                  const std::lock_guard lock(self->mutex);
                                  self->problem = problem;
                              }
                              if (self->on_complete)
                                  self->on_complete(result);
                          });
    }
};

JournaledRun::JournaledRun(JournalWriter& writer, const Claim& claim)
    : state_(std::make_shared<State>(writer, claim)) {}

const std::string& JournaledRun::run_key() const noexcept {
    return state_->key;
}

void JournaledRun::attach(wfn::Request& request, JournalWriter::Done on_checkpoint_saved) {
    request.run_key = state_->key;
    request.checkpoint_json = state_->given_checkpoint ? state_->given_checkpoint->json : "";
    request.collect_only = request.collect_only || state_->collect_only;
    state_->on_progress = std::move(request.on_progress);
    state_->on_complete = std::move(request.on_complete);
    state_->on_checkpoint_saved = std::move(on_checkpoint_saved);
    request.on_progress = [state = state_](const wfn::Progress& progress) { state->progress(progress); };
    request.on_checkpoint = [state = state_](const wfn::Checkpoint& checkpoint) {
        return State::keep(state, checkpoint);
    };
    request.on_complete = [state = state_](const wfn::Result& result) { State::complete(state, result); };
}

void JournaledRun::started(wfn::Run& run) {
    const std::lock_guard lock(state_->mutex);
    state_->run = &run;
    if (state_->unclaimed) {
        run.checkpoint_saved(*state_->unclaimed);
        state_->unclaimed.reset();
    }
}

void JournaledRun::detach() {
    const std::lock_guard lock(state_->mutex);
    state_->run = nullptr;
}

std::optional<wfn::Checkpoint> JournaledRun::last_checkpoint() const {
    return state_->last_checkpoint;
}

std::string JournaledRun::problem() const {
    const std::lock_guard lock(state_->mutex);
    return state_->problem;
}

} // namespace durable
