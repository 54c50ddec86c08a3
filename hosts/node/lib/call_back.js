'use strict';

/** Calls the user's function. What it throws becomes an uncaught exception, after other events had their turn. */
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
