'use strict';

/** Calls what the user gave. What it throws is an uncaught exception, but not before other events had their turn. */
function callBack(callback, ...values) {
    try {
        return callback(...values);
    } catch (error) {
        queueMicrotask(() => {
            throw error;
        });
        return undefined;
    }
}

module.exports = { callBack };
