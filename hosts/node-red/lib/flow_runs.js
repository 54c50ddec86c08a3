'use strict';
// The runs of all nodes, across deploys, stops and starts of Node-RED.
//
//   a deploy removes or changes the node   its runs and their jobs are cancelled
//   a deploy recreates the same node       its runs continue, and the new instance delivers them
//   everything stops, e.g. the process     the runs are suspended: their jobs continue, and they resume at the next start
const crypto = require('node:crypto');
const { NodeRuns } = require('./node_runs');
const { Run, wordsOfFinished } = require('./run');

/** A node's place in the flows. In a subflow, ids change at every start, but the path of the template ids does not. */
const placeOf = (node) => (node._alias ? node._path : node.id);

class FlowRuns {
    #byPlace = new Map();
    #inProgress = new Set(); // a run that two nodes are sent would be collected twice
    #store;
    #sessions;
    #log;
    #kept = null; // place -> runs of an earlier process
    #loading = null; // a deploy may end while the first start is still reading them
    #stop = { whole: false, gone: new Set() };

    constructor({ RED, store, sessions, log }) {
        this.#store = store;
        this.#sessions = sessions;
        this.#log = log;
        RED.events.on('flows:stopping', (event) => this.#onStopping(event));
        RED.events.on('flows:started', () => this.#onStarted().catch((error) => log('error', error.message)));
    }

    of(node) {
        const place = placeOf(node);
        let runs = this.#byPlace.get(place);
        if (!runs) {
            runs = new NodeRuns(place, {
                store: this.#store,
                inProgress: this.#inProgress,
                newKey: () => `${place}:${crypto.randomUUID()}`,
                log: (text) => this.#log('warning', text),
            });
            this.#byPlace.set(place, runs);
        }
        return runs;
    }

    #onStopping({ type, diff }) {
        const lists = Object.values(diff ?? {}).filter(Array.isArray);
        const deploys = type !== 'full' || diff?.globalConfigChanged || lists.some((list) => list.length > 0);
        this.#stop = { whole: !deploys, gone: new Set([...(diff?.changed ?? []), ...(diff?.removed ?? [])]) };
    }

    /** An instance of a node ends. */
    async close(node, removed) {
        const runs = this.of(node);
        if (removed || this.#stop.gone.has(node._alias ?? node.id)) {
            this.#byPlace.delete(runs.id);
            await runs.end();
        } else {
            runs.detach();
            if (this.#stop.whole) {
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
        const ends = [];
        for (const [place, runs] of this.#byPlace) {
            if (runs.instance) {
                runs.adopt(this.#kept.get(place) ?? []);
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
            const job = record.checkpoint?.jobId ?? 'not known';
            this.#log('warning', `The run ${record.runKey ?? 'without a key'} (job ${job}) cannot be resumed, and its file is left in place: ${error.message}`);
        }
    }
}

module.exports = { FlowRuns, placeOf };
