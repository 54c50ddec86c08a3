'use strict';
// What a call does that asks for what was asked before. No I/O.

const hour = 3_600_000;
const mostKept = 10_000; // each is in memory, with its input
const mostBytesKept = 256 * 1024 * 1024;
const givesUpAfter = 24 * hour;
const oldestUnfinished = 30 * 24 * hour; // services do not keep jobs for ever
const longestUnused = 30 * 24 * hour;
const clockSettlesAfter = hour; // once the machine has the time from its network, or a person has set it

const mayBePaid = ({ checkpoint }) => checkpoint !== null && checkpoint.submission !== 'no';

/** Whether the run is not over, or its job can still be collected. */
function canGoOn(record) {
    const { ending } = record;
    return ending === null || (ending.status === 'failed' && ending.error.charged !== 'no' && ending.error.retryable && mayBePaid(record));
}

/** Whether the module may ask for the files of the run's input, for the first time or again: until the service names its job. */
const mayNeedFiles = (record) => record.checkpoint?.submission !== 'yes' && canGoOn(record);

/**
 * "new": another run, which may cost; "same": what the run ended with; "go on": the run is not over, or its job can
 * still be collected. `record`: of the last run of this ask, or null.
 */
function decisionFor(record, now, sameCallMs) {
    if (record === null) {
        return 'new';
    }
    if (canGoOn(record)) {
        return 'go on';
    }
    const { at, error } = record.ending;
    return error?.charged !== 'no' && now - at <= sameCallMs ? 'same' : 'new';
}

/**
 * How long until a run that failed looks at its job once more; null: it is over. A job that may have been paid for is
 * not given up because of an outage, or because it renders longer than the connection's deadline.
 */
function nextTryMs(record, error, now) {
    if (!error.retryable || !mayBePaid(record) || record.cancelRequested || now - record.createdAt > givesUpAfter) {
        return null;
    }
    return Math.min(Math.max(error.retry_after_ms ?? 5000, 1000), hour);
}

/** How long the run is there for those who know its name, from its start; it grows while the run is under way. */
function ttlMsOf({ createdAt, ending, keepMs: promised }, now, keepMs) {
    return Math.round((ending?.at ?? now) - createdAt + (promised ?? keepMs));
}

/** `keepMs`: of this server; the one that began the run may have promised more. */
function hasExpired({ ending, updatedAt, keepMs: promised = 0 }, now, keepMs) {
    return ending === null ? now - updatedAt > oldestUnfinished : now - ending.at > Math.max(promised, keepMs);
}

/** Whether the clock may be wrong, so that nothing is old by it. `upMs`: how long the process has run. */
function isDoubtful(records, now, upMs) {
    const newest = records.reduce((latest, { updatedAt }) => Math.max(latest, updatedAt), 0);
    return now - newest > longestUnused && upMs < clockSettlesAfter;
}

/** Whether the run counts as one that costs. */
const counts = ({ ending }) => ending?.error?.charged !== 'no';

/**
 * A sentence where no further run may begin, or null. `records`: of all runs that are known; `limits`: {perHour,
 * perSession}, 0 for none; `session`: of the caller.
 */
function refusalByLimits(records, { perHour, perSession }, session, now) {
    if (records.length >= mostKept) {
        return `The server keeps ${mostKept} runs already, so nothing was started or paid: ask again when some are forgotten.`;
    }
    const paid = records.filter(counts);
    const lastHour = paid.filter(({ createdAt }) => createdAt > now - hour);
    if (perHour > 0 && lastHour.length >= perHour) {
        const times = lastHour.map(({ createdAt }) => createdAt).sort((a, b) => a - b);
        const minutes = Math.ceil((times.at(-perHour) + hour - now) / 60_000);
        return `The server's limit of ${perHour} runs an hour is reached, so nothing was started or paid: ask again in ${minutes} min.`;
    }
    if (perSession > 0 && paid.filter((record) => record.session === session).length >= perSession) {
        return (
            `The server's limit of ${perSession} runs in one session is reached, so nothing was started or paid: ` +
            'the person who set it up can raise --max-per-session.'
        );
    }
    return null;
}

/** `bytes`: of the inputs of all runs, with the one that is to begin. */
function refusalBySize(bytes) {
    return bytes <= mostBytesKept
        ? null
        : 'The server keeps runs with very long arguments already, so nothing was started or paid: ask again when some are forgotten.';
}

module.exports = {
    decisionFor,
    hasExpired,
    isDoubtful,
    mayBePaid,
    mayNeedFiles,
    nextTryMs,
    refusalByLimits,
    refusalBySize,
    ttlMsOf,
};
