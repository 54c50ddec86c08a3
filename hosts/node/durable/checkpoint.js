'use strict';
// Checkpoints as hosts keep them: the module's own text together with what is known of its job.

/**
 * The checkpoint that was read from a record. Earlier versions kept the module's text alone, as an object: what that
 * says of a job only the module knows.
 */
function keptCheckpoint(kept) {
    if (typeof kept !== 'object' || kept === null) {
        return null;
    }
    const { submission, jobId, json } = kept;
    if (typeof json !== 'string') {
        return { submission: 'maybe', jobId: null, json: JSON.stringify(kept) };
    }
    const isKnown = ['no', 'yes'].includes(submission);
    return { submission: isKnown ? submission : 'maybe', jobId: typeof jobId === 'string' ? jobId : null, json };
}

function checkpointAfter({ outcome, checkpoint }, before) {
    if (checkpoint === undefined || (checkpoint === null && outcome === 'suspended')) {
        return before ?? null; // the run did not begin, nobody knows how it ended, or it goes on
    }
    // A module that cannot read a checkpoint gives it back without what it means: that stays as it was.
    const isGivenBack = checkpoint?.submission === 'maybe' && checkpoint.json === before?.json;
    return isGivenBack ? before : checkpoint;
}

module.exports = { checkpointAfter, keptCheckpoint };
