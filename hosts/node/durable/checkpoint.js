'use strict';
// What a checkpoint tells a host: whether resuming from it can submit anything, and what remains of it after a failure.

function jobOf(checkpoint) {
    const { state = 'submitted', job_id: jobId } = checkpoint ?? {};
    return state === 'submitted' && typeof jobId === 'string' && jobId !== '' ? jobId : null;
}

function startsAnew(checkpoint) {
    return checkpoint === null || checkpoint === undefined || checkpoint.state === 'prepared';
}

/** Errors that occur before the service is asked about the job, which is unaffected. */
const refusals = new Set(['invalid_connection', 'invalid_input']);

function checkpointAfter(error, before) {
    if (error.checkpoint) {
        return error.checkpoint;
    }
    const hasBegun = error.checkpoint === null && !refusals.has(error.code); // the module says that nothing is left
    return !hasBegun && jobOf(before) !== null ? before : null;
}

module.exports = { checkpointAfter, jobOf, startsAnew };
