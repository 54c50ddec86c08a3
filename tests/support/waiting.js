'use strict';
// Bounded waits for what another process or a browser does.
const { setTimeout: pause } = require('node:timers/promises');

/** Calls `look` until it returns something truthy, and returns that. Fails with `what` after `limitMs`. */
async function until(what, look, limitMs = 20_000) {
    const end = performance.now() + limitMs;
    for (;;) {
        const found = await look();
        if (found) {
            return found;
        }
        if (performance.now() > end) {
            throw new Error(`Not within ${limitMs / 1000} s: ${typeof what === 'function' ? what() : what}`);
        }
        await pause(50);
    }
}

/** The promise, or a failure with `what` after `limitMs`. */
async function within(what, promise, limitMs = 20_000) {
    const over = new AbortController();
    const late = pause(limitMs, undefined, { signal: over.signal }).then(() => {
        throw new Error(`Not within ${limitMs / 1000} s: ${what}`);
    });
    try {
        return await Promise.race([promise, late]);
    } finally {
        over.abort();
        late.catch(() => {});
    }
}

module.exports = { pause, until, within };
