'use strict';
// Bounded waits for something that another process or a browser does.

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Calls `look` until it returns something truthy, and returns that. Fails with `what` after `limit` ms. */
async function until(what, look, limit = 20000) {
    const end = Date.now() + limit;
    for (;;) {
        const found = await look();
        if (found) {
            return found;
        }
        if (Date.now() > end) {
            throw new Error(`Not within ${limit / 1000} s: ${what}`);
        }
        await pause(50);
    }
}

/** The promise, or a failure with `what` after `limit` ms. */
async function within(what, promise, limit = 20000) {
    let timer;
    const late = new Promise((resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`Not within ${limit / 1000} s: ${what}`)), limit);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

module.exports = { until, within };
