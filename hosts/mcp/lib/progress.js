'use strict';
// What clients are told of a run on its way.

const longestPoll = 30_000;
const shortestPoll = 1000;

const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

/** The progress that was told so long ago, as it is by now if all goes as expected. */
function agedBy(progress, ms) {
    const { fraction, etaMs, elapsedMs } = progress;
    if (etaMs === null) {
        return { ...progress, elapsedMs: elapsedMs + ms };
    }
    const passed = Math.min(ms, etaMs);
    const grown = fraction === null || etaMs === 0 ? fraction : fraction + ((1 - fraction) * passed) / etaMs;
    return { ...progress, fraction: grown, etaMs: etaMs - passed, elapsedMs: elapsedMs + ms };
}

/** When to ask again: when the module expects the result, else ever more seldom. */
function pollIntervalMs(progress) {
    const { etaMs = null, elapsedMs = 0 } = progress ?? {};
    return Math.round(clamp(etaMs ?? elapsedMs / 10, shortestPoll, longestPoll));
}

/** From 0 to 1; where the service tells no fraction, from the time. */
function fractionOf(progress) {
    const { fraction = null, etaMs = null, elapsedMs = 0 } = progress ?? {};
    if (fraction !== null) {
        return clamp(fraction, 0, 1);
    }
    return etaMs === null ? 0 : elapsedMs / Math.max(1, elapsedMs + etaMs);
}

/** The next number of a series that only rises, as the protocol has it, and that is 1 only at the end. */
function nextProgress(before, progress) {
    const next = Math.min(fractionOf(progress), 0.99);
    return next > before ? next : before + (1 - before) / 100;
}

function timeText(ms) {
    const seconds = Math.round(ms / 1000);
    return seconds >= 90 ? `about ${Math.round(seconds / 60)} min` : `about ${Math.max(1, seconds)} s`;
}

/** One short sentence. */
function progressText(progress) {
    if (!progress) {
        return 'Preparing';
    }
    const share = progress.fraction === null ? '' : ` ${Math.min(Math.round(progress.fraction * 100), 99)} %`;
    const left = progress.etaMs === null || progress.etaMs < 500 ? '' : `, ${timeText(progress.etaMs)} left`;
    return `${progress.message || progress.phase}${share}${left}`;
}

module.exports = { agedBy, fractionOf, longestPoll, nextProgress, pollIntervalMs, progressText, timeText };
