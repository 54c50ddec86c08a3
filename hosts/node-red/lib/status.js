'use strict';
// The status under a node, from its runs.

function aboutTime(t, ms) {
    const seconds = Math.round(ms / 1000);
    if (seconds < 1) {
        return null;
    }
    if (seconds >= 90) {
        return t('status.aboutMinutes', { n: Math.round(seconds / 60) });
    }
    return t('status.aboutSeconds', { n: seconds <= 10 ? seconds : Math.round(seconds / 5) * 5 });
}

function phaseWord(t, phase, makesVideo) {
    return phase === 'running' && makesVideo ? t('status.rendering') : t(`status.${phase}`);
}

const countOfRunning = (t, n, makesVideo) => t(makesVideo ? 'status.countRendering' : 'status.countRunning', { n });

function oneRun(t, progress, makesVideo) {
    if (!progress) {
        return t('status.preparing');
    }
    let text = phaseWord(t, progress.phase, makesVideo);
    if (['running', 'downloading'].includes(progress.phase) && progress.fraction !== null) {
        text += ` ${Math.round(progress.fraction * 100)} %`;
    }
    const time = progress.etaMs !== null && aboutTime(t, progress.etaMs);
    return time ? `${text} · ${time}` : text;
}

function ended(t, counts, makesVideo) {
    const all = counts.done + counts.open + counts.failed;
    if (all === 0) {
        return {};
    }
    const failed = counts.failed > 0;
    const fill = failed ? 'red' : counts.open > 0 ? 'blue' : 'green';
    const shape = failed || counts.open > 0 ? 'ring' : 'dot';
    if (all === 1) {
        const text = counts.open > 0 ? phaseWord(t, 'running', makesVideo) : t('status.done');
        return { fill, shape, text: failed ? counts.lastError : text };
    }
    const parts = [];
    if (counts.open) {
        parts.push(countOfRunning(t, counts.open, makesVideo));
    }
    if (counts.done) {
        parts.push(t('status.countDone', { n: counts.done }));
    }
    if (failed) {
        parts.push(`${t('status.countFailed', { n: counts.failed })}: ${counts.lastError}`);
    }
    return { fill, shape, text: parts.join(' · ') };
}

/**
 * `live`: the progress of each live run; `waiting`: how many are waiting for a free slot; `counts`: {done, open, failed, lastError}
 * since the node was last idle, where the open ones went on with their messages.
 */
function statusOf(t, { live, waiting, counts, makesVideo }) {
    if (live.length === 0 && waiting === 0) {
        return ended(t, counts, makesVideo);
    }
    const retrying = live.some((progress) => progress?.phase === 'retrying');
    const fill = retrying ? 'yellow' : 'blue';
    if (live.length === 1 && waiting === 0 && counts.done + counts.open + counts.failed === 0) {
        const started = ['running', 'downloading'].includes(live[0]?.phase);
        return { fill, shape: started ? 'dot' : 'ring', text: oneRun(t, live[0], makesVideo) };
    }
    const parts = [countOfRunning(t, live.length, makesVideo)];
    if (waiting) {
        parts.push(t('status.countWaiting', { n: waiting }));
    }
    if (counts.done) {
        parts.push(t('status.countDone', { n: counts.done }));
    }
    if (counts.failed) {
        parts.push(t('status.countFailed', { n: counts.failed }));
    }
    return { fill, shape: 'dot', text: parts.join(' · ') };
}

module.exports = { statusOf };
