'use strict';

/**
 * One listener per signal, however many runs use it: Node.js reports more than ten as a leak. A signal that is
 * not aborted retains nothing of a run that is over.
 */
const watched = new WeakMap(); // AbortSignal -> {listener, cancels: Set of functions}

/** Calls cancel when the signal is aborted. Returns a function that ends that. */
function onAbort(signal, cancel) {
    let entry = watched.get(signal);
    if (entry === undefined) {
        const cancels = new Set();
        entry = { cancels, listener: () => cancels.forEach((each) => each()) };
        watched.set(signal, entry);
        signal.addEventListener('abort', entry.listener, { once: true });
    }
    entry.cancels.add(cancel);
    return () => {
        entry.cancels.delete(cancel);
        if (entry.cancels.size === 0 && watched.get(signal) === entry) {
            watched.delete(signal);
            signal.removeEventListener('abort', entry.listener);
        }
    };
}

module.exports = { onAbort };
