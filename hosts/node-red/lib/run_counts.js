'use strict';
// How the runs of a node have ended since it was last idle, for the status under it.

const isOpen = ({ outcome }) => outcome?.outcome === 'open';

class RunCounts {
    #done = 0;
    #open = new Set(); // keys: a run that looks many times counts once
    #failed = 0;
    #lastError = null;

    add(run) {
        this.#open.delete(run.key);
        if (run.outcome.error) {
            this.addFailure(run.outcome.error);
        } else if (isOpen(run)) {
            this.#open.add(run.key);
        } else {
            this.#done += 1;
        }
    }

    /** Of what may not even have become a run. */
    addFailure(error) {
        this.#failed += 1;
        this.#lastError = error.type ?? error.message;
    }

    view() {
        return { done: this.#done, open: this.#open.size, failed: this.#failed, lastError: this.#lastError };
    }
}

module.exports = { RunCounts, isOpen };
