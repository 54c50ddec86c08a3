#pragma once

#include "api/reply.hpp"
#include "job/machine.hpp"
#include "job/outcome.hpp"
#include "job/run_state.hpp"

#include <string>

namespace job_engine {

// How runs end, and what their checkpoints keep for a later run: the rules that decide whether anything can
// be paid for twice, or lost.

// Without a known job. may_exist: a submit with this key may have arrived nevertheless. was_answered: the
// last one, so that a reply the error tells of is to this key.
Outcome submit_failed(const RunState& run, Error error, bool may_exist, bool was_answered = false);
// Of a submit that may have arrived, and has another file behind its input now.
Error another_file(const RunState& run);
Outcome with_another_file(const RunState& run);
// By RunState::ending. last_error: of the submit that would have been repeated, or nullptr.
Outcome ended_without_job(const RunState& run, bool may_exist, const Error* last_error, Millis resume_after);

// Of a run that is only to collect. earlier: what it was given, or nullptr.
Outcome nothing_to_collect(const Checkpoint* earlier);

// The search for the job of a run that cannot submit: see JobSearch.
Outcome never_made(const RunState& run);

// With a job. collectable: what it makes may still come, so a later run may ask for it.
// The API says that the job failed or was cancelled, and perhaps what it cost.
Outcome job_failed(const RunState& run, const JobReply& job);

Outcome job_lost(const RunState& run, Error error, bool collectable);
Outcome deadline_passed(const RunState& run, bool job_is_cancelled);
Outcome cancelled_with_job(const RunState& run, std::string message, bool collectable);
// The job could not be cancelled; why: a clause.
Outcome cancelled_but_job_goes_on(const RunState& run, const std::string& why);

// The job is done, as the reply says: a success where the URL in it can be handed on.
Outcome job_done(RunState& run, const JobReply& job, const Replied& replied);

// Suspended runs of which nothing is known to end soon are not to be taken up at once: the host wants peace.
inline constexpr Millis min_suspension{500};

} // namespace job_engine
