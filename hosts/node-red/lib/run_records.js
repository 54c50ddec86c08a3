'use strict';
// The records of one node's runs in the store.
const { isDeepStrictEqual } = require('node:util');
const { wordsOfFinished } = require('./run');
const { keptWhenFinished } = require('./run_store');

class RunRecords {
    #node;
    #store;
    #log;
    #saving = new Set(); // the writes of what runs have ended with

    /** `node`: its place in the flows. */
    constructor(node, store, log) {
        this.#node = node;
        this.#store = store;
        this.#log = log;
    }

    async keep(run) {
        const { checkpoint, output } = run;
        run.keptCheckpoint = null; // until it is written, or when that fails, the file may hold this one or the one before
        run.keptOutput = null;
        await this.#store.keep(run.toRecord(this.#node, checkpoint));
        run.keptCheckpoint = checkpoint;
        run.keptOutput = output;
    }

    /** What a run ended with: the module does not ask for it to be kept, and an earlier write may have failed. Resolves when it is. */
    keepLast(run) {
        const isKept = run.checkpoint === null || isDeepStrictEqual(run.checkpoint, run.keptCheckpoint);
        if (isKept && run.output === run.keptOutput) {
            return Promise.resolve();
        }
        const saved = this.keep(run)
            .catch((error) => this.#log(`The last checkpoint of the run ${run.nameWithJob} could not be kept: ${error.message}`))
            .finally(() => this.#saving.delete(saved));
        this.#saving.add(saved);
        return saved;
    }

    /** Resolves when what the runs ended with is on the disk. */
    async settled() {
        await Promise.all(this.#saving);
    }

    /** For a run whose message goes nowhere. */
    keepFinished(run) {
        const record = run.toFinishedRecord(this.#node);
        this.#log(wordsOfFinished(record));
        this.#store.keep(record).catch((error) => this.#log(`A finished run could not be kept: ${error.message}`));
        setTimeout(() => this.#store.discardFinished(record.runKey).catch(() => {}), keptWhenFinished).unref();
    }

    discard(run) {
        this.#store.discard(run.key).catch((error) => this.#log(`The file of a finished run could not be removed: ${error.message}`));
    }
}

module.exports = { RunRecords };
