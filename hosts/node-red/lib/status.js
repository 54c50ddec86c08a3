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

function oneRun(t, progress, makesVideo) {
    if (!progress) {
        return t('status.preparing');
    }
    let text = phaseWord(t, progress.phase, makesVideo);
    if (progress.phase === 'running' && progress.fraction !== null) {
        text += ` ${Math.round(progress.fraction * 100)} %`;
    }
    const time = progress.etaMs !== null && aboutTime(t, progress.etaMs);
    return time ? `${text} · ${time}` : text;
}

function ended(t, counts) {
    if (counts.done + counts.failed === 0) {
        return {};
    }
    const failed = counts.failed > 0;
    const fill = failed ? 'red' : 'green';
    const shape = failed ? 'ring' : 'dot';
    if (counts.done + counts.failed === 1) {
        return { fill, shape, text: failed ? counts.lastError : t('status.done') };
    }
    const parts = [];
    if (counts.done) {
        parts.push(t('status.countDone', { n: counts.done }));
    }
    if (failed) {
        parts.push(`${t('status.countFailed', { n: counts.failed })}: ${counts.lastError}`);
    }
    return { fill, shape, text: parts.join(' · ') };
}

/**
 * `live`: the progress of each live run; `waiting`: how many are waiting for a free slot; `counts`: {done, failed, lastError} since
 * the node was last idle.
 */
function statusOf(t, { live, waiting, counts, makesVideo }) {
    if (live.length === 0 && waiting === 0) {
        return ended(t, counts);
    }
    const retrying = live.some((progress) => progress?.phase === 'retrying');
    const fill = retrying ? 'yellow' : 'blue';
    if (live.length === 1 && waiting === 0 && counts.done + counts.failed === 0) {
        const started = live[0]?.phase === 'running';
        return { fill, shape: started ? 'dot' : 'ring', text: oneRun(t, live[0], makesVideo) };
    }
    const parts = [t(makesVideo ? 'status.countRendering' : 'status.countRunning', { n: live.length })];
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
