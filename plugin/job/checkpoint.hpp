#pragma once

#include "api/error.hpp"
#include "api/request.hpp"
#include "base/rare_text.hpp"
#include "base/sha256.hpp"
#include "base/shared_text.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace job_engine {

// What a later run needs to go on without paying twice. Holds no secret.
struct Checkpoint {
    enum class State {
        prepared, // certainly no job yet: submit with this key
        intent,   // a submit with this key may have been sent
        answered, // the same, and its reply may name a job that the binding has not found
        submitted // the job is known: poll it
    };
    State state = State::prepared;
    HexDigest key;          // the idempotency key
    int generation = 0;     // how many keys of this run are used up
    HexDigest input_digest; // of the inputs that the key was made for
    SharedText api;         // the authority and base path that the job lives at
    // Where the submit's marker shows, see list_scope(); empty: perhaps nowhere. Intent and answered only.
    RareText list_scope;
    Job job;        // submitted only
    RareText reply; // to the submit, see kept_reply.hpp; answered, and submitted where it helps
    RareText ended; // the job that used the last key up, see with_ended_job(); prepared only
    // The file that the key was made for, see kept_file.hpp; empty: none yet. Until the job is known.
    RareText file;

    friend bool operator==(const Checkpoint&, const Checkpoint&);
};

std::string to_text(const Checkpoint& checkpoint);

// The submit was answered: a later run may find the job without submitting.
constexpr bool was_answered(Checkpoint::State state) noexcept {
    return state == Checkpoint::State::answered || state == Checkpoint::State::submitted;
}

// What a submit leaves that may have arrived: answered with a reply, else intent.
Checkpoint in_doubt(Checkpoint checkpoint);

// Whether a run that only collects has something to look at. A job that ended badly is one: a wrong
// description may have called it so.
bool leads_to_job(const Checkpoint& checkpoint) noexcept;

// As it was before its job ended, but for the key. Unchanged where that cannot be read.
Checkpoint with_ended_job(Checkpoint checkpoint);

// The same key and job in another state.
Checkpoint in_state(Checkpoint checkpoint, Checkpoint::State state);

// For the attempt after a definite failure: an API may go on answering a key with that failure. What it
// failed with is kept.
Checkpoint next_generation(const Checkpoint& checkpoint, std::string_view run_key);

// What a run without a job leaves behind: nothing, unless earlier keys are used up.
std::optional<Checkpoint> unsubmitted(const Checkpoint& checkpoint);

// What a checkpoint says about money: whether its run may have been billed, and for which job.
void describe_charge(Error& error, const std::optional<Checkpoint>& checkpoint);

// Fails as Invalid Input, naming the job where it can: a run that cannot tell whether it was paid for must
// not submit.
Result<Checkpoint> read_checkpoint(std::string_view text);

} // namespace job_engine
