'use strict';
// The runs of all nodes, across deploys, stops and starts of Node-RED.
//
//   a deploy removes or changes the node   its runs and their jobs are cancelled; those of a Collect go on once it is back
//   a deploy recreates the same node       its runs continue, and the new instance delivers them
//   everything stops, e.g. the process     the runs are suspended: their jobs continue, and they resume at the next start
//   a deploy or a stop restarts the flow   runs that were handed on go on at the node that did: their messages may be lost
const crypto = require('node:crypto');
const { NodeRuns } = require('./node_runs');
const { Run, wordsOfFinished } = require('./run');
const { RunKeys } = require('./run_keys');

/** A node's place in the flows. In a subflow, ids change at every start, but the path of the template ids does not. */
const placeOf = (node) => (node._alias ? node._path : node.id);

class FlowRuns {
    #byPlace = new Map();
    #keys = new RunKeys();
    #store;
    #sessions;
    #log;
    #t;
    #kept = null; // place -> runs of an earlier process
    #loading = null; // a deploy may end while the first start is still reading them
    #stop = { whole: false, single: false, gone: new Set() };

    constructor({ RED, store, sessions, log, t }) {
        this.#store = store;
        this.#sessions = sessions;
        this.#log = log;
        this.#t = t;
        RED.events.on('flows:stopping', (event) => this.#onStopping(event));
        RED.events.on('flows:started', () => this.#onStarted().catch((error) => log('error', error.message)));
    }

    of(node) {
        const place = placeOf(node);
        let runs = this.#byPlace.get(place);
        if (!runs) {
            runs = new NodeRuns(place, {
                store: this.#store,
                keys: this.#keys,
                isTaken: (file) => [...this.#byPlace.values()].some((one) => one.makes(file)),
                newKey: () => `${place}:${crypto.randomUUID()}`,
                log: (text) => this.#log('warning', text),
                t: this.#t,
            });
            this.#byPlace.set(place, runs);
        }
        return runs;
    }

    #onStopping({ type, diff }) {
        const lists = Object.values(diff ?? {}).filter(Array.isArray);
        const deploys = type !== 'full' || diff?.globalConfigChanged || lists.some((list) => list.length > 0);
        this.#stop = {
            whole: !deploys,
            single: type === 'nodes', // except in a flow that is changed itself, which stops as a whole
            gone: new Set([...(diff?.changed ?? []), ...(diff?.removed ?? [])]),
        };
    }

    /** An instance of a node ends. */
    async close(node, removed) {
        const runs = this.of(node);
        const gone = removed || this.#stop.gone.has(node._alias ?? node.id);
        if (!gone || !this.#stop.single) {
            this.#keys.strand(runs.id);
        }
        if (gone) {
            this.#byPlace.delete(runs.id);
            await runs.end();
        } else {
            runs.detach();
            if (this.#stop.whole) {
                runs.interrupt();
                await this.#sessions.close();
                await runs.settled();
            }
        }
    }

    async #onStarted() {
        if (!this.#kept) {
            this.#loading ??= this.#loadKept().finally(() => (this.#loading = null));
            await this.#loading;
        }
        const handedOn = await this.#readStranded();
        const ends = [];
        for (const [place, runs] of this.#byPlace) {
            if (runs.instance) {
                const stranded = this.#keys.strandedAt(place).flatMap((key) => handedOn.get(key) ?? []); // some may be back since
                runs.adopt([...(this.#kept.get(place) ?? []), ...stranded]);
                this.#kept.delete(place);
                runs.resume();
            } else {
                this.#byPlace.delete(place); // in a flow that was disabled, or in a subflow that was changed
                ends.push(runs.end());
            }
        }
        await Promise.all(ends);
        if (this.#byPlace.size === 0) {
            await this.#sessions.close(); // no threads without a node that needs them
        }
    }

    /** key -> run */
    async #readStranded() {
        const found = new Map();
        const places = [...this.#byPlace.keys()].filter((place) => this.#byPlace.get(place).instance);
        for (const runKey of places.flatMap((place) => this.#keys.strandedAt(place))) {
            const record = await this.#store.read(runKey).catch((error) => this.#cannotResume({ runKey }, error));
            if (record) {
                this.#eachAlone(record, () => found.set(runKey, Run.fromRecord(record)));
            }
        }
        if (found.size > 0) {
            this.#log('info', `Resuming ${found.size} runs whose messages were on their way when the flows stopped.`);
        }
        return found;
    }

    async #loadKept() {
        const kept = new Map();
        let count = 0;
        const { records, finished, expired, unreadable } = await this.#store.load();
        for (const record of records) {
            this.#eachAlone(record, () => {
                const run = Run.fromRecord(record);
                kept.set(record.node, [...(kept.get(record.node) ?? []), run]);
                count += 1;
            });
        }
        if (count > 0) {
            this.#log('info', `Resuming ${count} runs of an earlier process.`);
        }
        if (expired > 0) {
            this.#log('warning', `${expired} runs that are more than a week old were discarded.`);
        }
        for (const record of finished) {
            this.#eachAlone(record, () => this.#log('warning', wordsOfFinished(record)));
        }
        for (const text of unreadable) {
            this.#log('warning', `The file of a run cannot be read and is left in place: ${text}`);
        }
        const nowhere = [...kept.keys()].filter((place) => !this.#byPlace.has(place));
        if (nowhere.length > 0) {
            this.#log('warning', `Some belong to nodes that are no longer in any flow: ${nowhere.join(', ')}. They are kept for a week.`);
        }
        this.#kept = kept;
    }

    /** One record that cannot be used must not cost the others. */
    #eachAlone(record, use) {
        try {
            use();
        } catch (error) {
            this.#cannotResume(record, error);
        }
    }

    #cannotResume({ runKey, checkpoint }, { message }) {
        const job = checkpoint?.jobId ?? 'not known';
        this.#log('warning', `The run ${runKey ?? 'without a key'} (job ${job}) cannot be resumed, and its file is left in place: ${message}`);
    }
}

module.exports = { FlowRuns, placeOf };
