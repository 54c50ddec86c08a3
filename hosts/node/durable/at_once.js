'use strict';

/** A function that runs the given works, at most `width` of them at once, in order. */
function atOnce(width) {
    let running = 0;
    const waiting = [];
    return async (work) => {
        if (running >= width) {
            await new Promise((resolve) => waiting.push(resolve));
        } else {
            running += 1;
        }
        try {
            return await work();
        } finally {
            const next = waiting.shift();
            if (next) {
                next();
            } else {
                running -= 1;
            }
        }
    };
}

module.exports = { atOnce };
