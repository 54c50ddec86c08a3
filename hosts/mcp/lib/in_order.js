'use strict';

/** A function (key, work): the works of one key run one after the other, whether or not those before them fail. */
function inOrder() {
    const ends = new Map();
    return (key, work) => {
        const done = (ends.get(key) ?? Promise.resolve()).catch(() => {}).then(work);
        ends.set(key, done);
        const forget = () => ends.get(key) === done && ends.delete(key);
        done.then(forget, forget);
        return done;
    };
}

module.exports = { inOrder };
