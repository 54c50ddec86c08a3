'use strict';
// Durations as the command line's options give them: "45s", "1h30m". The same words as those of workflow-node.

const unitMs = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** Milliseconds; null: the text is no duration. */
function durationOf(text) {
    if (!/^(\d+(\.\d+)?(ms|s|min|m|h))+$/.test(text)) {
        return null;
    }
    const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|min|m|h)/g)];
    return Math.round(parts.reduce((sum, [, number, unit]) => sum + Number(number) * unitMs[unit], 0));
}

/** "45 s", "2 min", "24 h": for people, of whole units. */
function durationText(ms) {
    const [unit, name] = [[3_600_000, 'h'], [60_000, 'min']].find(([size]) => ms >= size && ms % size === 0) ?? [1000, 's'];
    return `${Math.max(1, Math.round(ms / unit))} ${name}`;
}

module.exports = { durationOf, durationText };
