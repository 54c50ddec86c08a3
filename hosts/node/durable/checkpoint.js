'use strict';
// What a checkpoint says without the module: whether going on from it can submit anything, and what a failure leaves of it.

function jobOf(checkpoint) {
    const { state = 'submitted', job_id: jobId } = checkpoint ?? {};
    return state === 'submitted' && typeof jobId === 'string' && jobId !== '' ? jobId : null;
}

function startsAnew(checkpoint) {
    return checkpoint === null || checkpoint === undefined || checkpoint.state === 'prepared';
}

/** Errors that come before anything is asked about the job, which is there as before. */
const refusals = new Set(['invalid_connection', 'invalid_input']);

function checkpointAfter(error, before) {
    if (error.checkpoint) {
        return error.checkpoint;
    }
    const hasBegun = error.checkpoint === null && !refusals.has(error.code); // the module says that there is nothing
    return !hasBegun && jobOf(before) !== null ? before : null;
}

module.exports = { checkpointAfter, jobOf, startsAnew };
