'use strict';
// The files of runs: kept when a run is done, tried again while they can be had, and noted once that is settled, so that no
// file comes back that a person has removed.
const { setTimeout: pause } = require('node:timers/promises');

const { filesOf } = require('./answers');

const patienceMs = 15_000;
/** The older a run, the more seldom: whoever polls it hammers no server. */
const pausesInAnAge = 4;
const shortestPauseMs = 1000;

class RunMedia {
    #keeper;
    #nodes; // by action id
    #files;
    #withClaim;
    #log;
    #tries = new WeakMap(); // run -> {over, endedAt} of the last try in this process
    #closed = false;

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

    #isOpen(record) {
        return !this.#closed && record.ending !== null && !record.hasSettledFiles && this.#of(record).length > 0;
    }

    /** Of a run that ends as the record says. Resolves when its files are there or cannot be had, or that takes too long. */
    async keep(run, record) {
        if (this.#isOpen(record)) {
            await Promise.race([this.#try(run, record), pause(patienceMs, undefined, { ref: false })]);
        }
    }

    /** Tries once more to keep what is not kept of a run that is over, if it is time and no other process has the run in hand. */
    keepLater(run) {
        if (!this.#isOpen(run.record) || !this.#isTime(run)) {
            return;
        }
        const { ask, taskId, node } = run.record;
        this.#withClaim(ask, async () => {
            const record = await this.#files.find(taskId);
            if (record !== null && this.#isOpen(record) && this.#isTime(run)) {
                this.#try(run, record);
            }
        }).catch((error) => this.#log('warning', `The files of a run of ${node} could not be looked for: ${error.message}`));
    }

    #isTime(run) {
        const last = this.#tries.get(run);
        if (last === undefined) {
            return true;
        }
        const age = Date.now() - run.record.ending.at;
        return last.over && performance.now() - last.endedAt >= Math.max(shortestPauseMs, age / pausesInAnAge);
    }

    async #try(run, record) {
        const one = { over: false, endedAt: 0 };
        this.#tries.set(run, one);
        const { ask, taskId, node } = record;
        try {
            if (await this.#keeper.keep(run, this.#of(record))) {
                await this.#withClaim(ask, () => this.#noteSettled(run, taskId));
            }
        } catch (error) {
            this.#log('warning', `That the files of a run of ${node} are kept could not be noted: ${error.message}`);
        } finally {
            Object.assign(one, { over: true, endedAt: performance.now() });
        }
    }

    async #noteSettled(run, taskId) {
        const record = await this.#files.find(taskId);
        if (record !== null) {
            await this.#files.keepWhereItIs({ ...record, hasSettledFiles: true });
            run.set({ hasSettledFiles: true }, run.record.updatedAt);
        }
    }

    forget(run) {
        return this.#keeper.forget(run, this.#of(run.record));
    }

    close() {
        this.#closed = true;
        this.#keeper.close();
    }
}

module.exports = { RunMedia };
