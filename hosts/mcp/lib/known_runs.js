'use strict';
// The runs that the server has in memory.
const { Run } = require('./run');

class KnownRuns {
    #byTask = new Map();
    #lastOf = new Map(); // ask -> the last run

    add(run) {
        const { taskId, ask, createdAt } = run.record;
        this.#byTask.set(taskId, run);
        if (!(this.#lastOf.get(ask)?.record.createdAt > createdAt)) {
            this.#lastOf.set(ask, run);
        }
    }

    /** The run of a record that was read from the disk. */
    of(record) {
        const known = this.get(record.taskId);
        if (known) {
            if (!known.live && !known.isUnkept) {
                known.set(record, record.updatedAt);
            }
            return known;
        }
        const run = new Run(record);
        this.add(run);
        return run;
    }

    remove(run) {
        const { taskId, ask } = run.record;
        this.#byTask.delete(taskId);
        if (this.#lastOf.get(ask) === run) {
            this.#lastOf.delete(ask);
        }
    }

    get(taskId) {
        return this.#byTask.get(taskId);
    }

    lastOf(ask) {
        return this.#lastOf.get(ask);
    }

    /** Of what clients gave and modules made, as JSON. */
    get bytes() {
        return this.all.reduce((sum, run) => sum + run.bytes, 0);
    }

    get all() {
        return [...this.#byTask.values()];
    }

    /** The newest first. */
    ofOwner(owner) {
        const own = this.all.filter(({ record }) => record.owner === owner);
        return own.sort((a, b) => b.record.createdAt - a.record.createdAt);
    }
}

module.exports = { KnownRuns };
