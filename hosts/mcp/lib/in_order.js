'use strict';

/**
 * A function (key, work): the works of one key run one after the other, whether or not those before them fail. Its `idle()`
 * resolves when those that were given by then are done.
 */
function inOrder() {
    const ends = new Map();
    const run = (key, work) => {
        const done = (ends.get(key) ?? Promise.resolve()).catch(() => {}).then(work);
        ends.set(key, done);
        const forget = () => ends.get(key) === done && ends.delete(key);
        done.then(forget, forget);
        return done;
    };
    run.idle = () => Promise.allSettled(ends.values());
    return run;
}

module.exports = { inOrder };
