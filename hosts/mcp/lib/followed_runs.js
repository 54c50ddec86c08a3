'use strict';
// Runs that another process has in hand: what it keeps of them is read now and then, until they are over or it is gone.

const followMs = 1000;

class FollowedRuns {
    #known;
    #find;
    #inOrder;
    #goOn;
    #onOver;
    #log;
    #closing = false;

    /** `find(taskId)`: the record on the disk, or null; `goOn(run)`: takes the run over, or follows it further. */
    constructor({ known, find, inOrder, goOn, onOver, log }) {
        this.#known = known;
        this.#find = find;
        this.#inOrder = inOrder;
        this.#goOn = goOn;
        this.#onOver = onOver;
        this.#log = log;
    }

    follow(record) {
        const run = this.#known.of(record);
        if (run.live || run.over) {
            return run;
        }
        run.live = { isElsewhere: true };
        this.#lookLater(run);
        return run;
    }

    #lookLater(run) {
        const look = () => this.#inOrder(run.record.ask, () => this.#look(run));
        run.live.again = setTimeout(look, followMs).unref();
    }

    async #look(run) {
        if (this.#closing) {
            return;
        }
        try {
            const now = await this.#find(run.record.taskId);
            run.live = null;
            if (now !== null) {
                run.set(now, now.updatedAt);
                if (!run.over) {
                    await this.#goOn(run);
                }
            }
            this.#onOver(run);
        } catch (error) {
            this.#log('error', `A run of ${run.record.node} that another server has in hand could not be looked at: ${error.message}`);
            run.live = { isElsewhere: true };
            this.#lookLater(run);
        }
    }

    close() {
        this.#closing = true;
    }
}

module.exports = { FollowedRuns };
