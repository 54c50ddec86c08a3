'use strict';
// The files of runs: kept when a run is done, and noted, so that no file comes back that a person has removed.
const { setTimeout: pause } = require('node:timers/promises');

const { filesOf } = require('./answers');

const patienceMs = 15_000;

class RunMedia {
    #keeper;
    #nodes; // by action id
    #files;
    #withClaim;
    #log;

    /** `files`: of the runs' records. `withClaim(ask, work)`: does the work if no other process has the ask's runs in hand. */
    constructor({ keeper, nodes, files, withClaim, log }) {
        this.#keeper = keeper;
        this.#nodes = nodes;
        this.#files = files;
        this.#withClaim = withClaim;
        this.#log = log;
    }

    #of({ node: name, ending }) {
        const node = this.#nodes.get(name);
        return node === undefined ? [] : filesOf(node, ending?.output);
    }

    /** Of a run that ends as the record says. Resolves when its files are there or cannot be had, or that takes too long. */
    async keep(run, record) {
        const files = this.#of(record);
        if (files.length > 0 && !record.hasSettledFiles) {
            const keeping = this.#keeper.keep(run, files);
            this.#settle(run, keeping);
            await Promise.race([keeping, pause(patienceMs, undefined, { ref: false })]);
        }
    }

    async #settle(run, keeping) {
        const { ask, taskId, node } = run.record;
        try {
            if (await keeping) {
                await this.#withClaim(ask, async () => {
                    const record = await this.#files.find(taskId);
                    if (record !== null) {
                        await this.#files.keepWhereItIs({ ...record, hasSettledFiles: true });
                        run.set({ hasSettledFiles: true }, run.record.updatedAt);
                    }
                });
            }
        } catch (error) {
            this.#log('warning', `That the files of a run of ${node} are kept could not be noted: ${error.message}`);
        }
    }

    forget(run) {
        return this.#keeper.forget(run, this.#of(run.record));
    }

    close() {
        this.#keeper.close();
    }
}

module.exports = { RunMedia };
