'use strict';
// All runs of the server: found again by what was asked, kept on the disk, and driven by the modules' sessions.
const { atOnce } = require('./at_once');
const { checkpointAfter } = require('../native/durable/checkpoint');
const { filesOf } = require('./answers');
const { decisionFor, hasExpired, nextTryMs } = require('./decisions');
const { Run } = require('./run');
const { askOf, runKeyOf, taskIdOf } = require('./run_names');
const { Turns } = require('./turns');

const followMs = 1000;
const mostAtDisk = 16;
const sweepMs = 600_000;
const suspendMs = 12_000; // a module's close takes at most about 10 s

const errorFieldsOf = (error) =>
    error.fields ?? {
        type: 'Internal Error',
        code: error.code ?? 'internal_error',
        message: error.message,
        solution: 'Look at the log of the server',
        retryable: false,
        charged: error.name === 'ModuleError' && error.code !== 'run_lost' && error.code !== 'invalid_result' ? 'no' : 'unknown',
        details: [],
    };

class Runs {
    #byTask = new Map();
    #lastOf = new Map(); // ask -> the last run
    #order = new Map(); // ask -> the end of the queue of what is done with its runs
    #nodes; // by action id
    #sessions;
    #connections;
    #files;
    #claims;
    #secret;
    #settings;
    #log;
    #keeper;
    #turns = new Turns();
    /** What has ended on the disk meanwhile goes on in one turn of the event loop: not a thousand at once. */
    #disk = atOnce(mostAtDisk);
    #sweeping;
    #closing = false;

    constructor({ nodes, sessions, connections, files, claims, keeper, secret, settings, log }) {
        this.#nodes = new Map(nodes.map((node) => [node.descriptor.actionId, node]));
        this.#sessions = sessions;
        this.#connections = connections;
        this.#files = files;
        this.#claims = claims;
        this.#keeper = keeper;
        this.#secret = secret;
        this.#settings = settings;
        this.#log = log;
    }

    /** Takes over the runs that an earlier process has left, and goes on with them. */
    async open() {
        await this.#claims.open();
        const { records, unreadable } = await this.#files.load();
        unreadable.forEach((message) => this.#log('warning', `A run's file was left alone. ${message}`));
        records.sort((a, b) => a.createdAt - b.createdAt).forEach((record) => this.#add(new Run(record)));
        await this.#sweep();
        const open = [...this.#lastOf.values()].filter((run) => !run.over);
        await Promise.all(open.map((run) => this.#inOrder(run.record.ask, () => this.#goOnHere(run))));
        const taken = open.filter((run) => run.live !== null).length;
        if (taken > 0) {
            this.#log('info', `Went on with ${taken} runs that an earlier process had left.`);
        }
        this.#sweeping = setInterval(() => this.#sweep(), sweepMs);
        this.#sweeping.unref();
    }

    #add(run) {
        this.#byTask.set(run.record.taskId, run);
        this.#lastOf.set(run.record.ask, run);
    }

    /** What is done with the runs of one ask happens in order. */
    #inOrder(ask, work) {
        const done = (this.#order.get(ask) ?? Promise.resolve()).catch(() => {}).then(work);
        this.#order.set(ask, done);
        const forget = () => this.#order.get(ask) === done && this.#order.delete(ask);
        done.then(forget, forget);
        return done;
    }

    #connectionOf(node) {
        return node.descriptor.connection ? (this.#connections.get(node.descriptor.connection.category) ?? null) : null;
    }

    /** The name of what is asked: {owner, node, input, variation}. */
    nameOf({ owner, node, input, variation }) {
        const { module, descriptor } = node;
        const connection = this.#connectionOf(node);
        return askOf(this.#secret, { owner, module: module.name, node: descriptor.actionId, input, connection, variation });
    }

    /** What asking would do: "new", "same" or "go on". */
    async foresee(ask) {
        await this.#turns.next();
        const run = this.#lastOf.get(ask);
        const record = run?.live ? run.record : await this.#disk(() => this.#files.last(ask));
        return decisionFor(record, Date.now(), this.#settings.sameCallMs);
    }

    /** All that are known, the newest last. */
    records() {
        return [...this.#byTask.values()].map(({ record }) => record);
    }

    /** The run that was asked for, which is begun if there is none. Resolves when it is on the disk. */
    ask(ask, { owner, session, node, input, variation, warnings }) {
        return this.#inOrder(ask, async () => {
            const known = this.#lastOf.get(ask);
            if (known?.live) {
                return known;
            }
            return await this.#disk(async () => {
                if (!(await this.#claims.take(ask))) {
                    return this.#follow(await this.#files.last(ask), known);
                }
                try {
                    return await this.#askHere(ask, { owner, session, node, input, variation, warnings });
                } finally {
                    await this.#releaseUnlessLive(ask);
                }
            });
        });
    }

    async #askHere(ask, { owner, session, node, input, variation, warnings }) {
        const record = await this.#files.last(ask);
        const decision = decisionFor(record, Date.now(), this.#settings.sameCallMs);
        if (decision !== 'new') {
            const run = this.#of(record);
            return decision === 'go on' ? await this.#goOnHere(run, { again: run.over }) : run;
        }
        if (record !== null) {
            await this.#files.setAside(record);
        }
        const createdAt = Math.max(Date.now(), (record?.createdAt ?? 0) + 1);
        const taskId = taskIdOf(ask, createdAt);
        const run = new Run({
            ask, taskId, owner, session, input, variation, warnings, createdAt,
            runKey: runKeyOf(this.#secret, taskId),
            module: node.module.name,
            node: node.descriptor.actionId,
            updatedAt: createdAt,
            checkpoint: null,
            cancelRequested: false,
            ending: null,
        });
        await this.#files.keep(run.record);
        this.#add(run);
        this.#start(run);
        return run;
    }

    /** The run of a record that was read from the disk. */
    #of(record) {
        const known = this.#byTask.get(record.taskId);
        if (known) {
            if (!known.live) {
                known.set(record, record.updatedAt);
            }
            return known;
        }
        const run = new Run(record);
        this.#add(run);
        return run;
    }

    async #releaseUnlessLive(ask) {
        if (!this.#lastOf.get(ask)?.live) {
            await this.#claims.release(ask);
        }
    }

    /** The run with that task id, of that owner; null: there is none. Goes on with one that can still be collected. */
    async find(taskId, owner, { goOn = false } = {}) {
        await this.#turns.next();
        let run = this.#byTask.get(taskId);
        if (!run?.live) {
            const record = await this.#disk(() => this.#files.find(taskId)).catch(() => null);
            run = record === null ? undefined : this.#of(record);
        }
        if (run === undefined || run.record.owner !== owner) {
            return null;
        }
        if (!run.live && this.#lastOf.get(run.record.ask) === run) {
            const canGoOn = !run.over || (goOn && decisionFor(run.record, Date.now(), this.#settings.sameCallMs) === 'go on');
            if (canGoOn) {
                await this.#inOrder(run.record.ask, () => this.#goOnHere(run, { again: run.over }));
            }
        }
        return run;
    }

    /** Those of the owner, the newest first. */
    ofOwner(owner) {
        return [...this.#byTask.values()].filter(({ record }) => record.owner === owner).reverse();
    }

    /** `again`: even though it is over, with the job that it has. */
    async #goOnHere(run, { again = false } = {}) {
        if (run.live) {
            return run;
        }
        const { ask, node } = run.record;
        if (!(await this.#claims.take(ask))) {
            return this.#follow(run.record, run);
        }
        if (!this.#nodes.has(node)) {
            this.#log('warning', `A run of ${node} is left alone: no module that was named has that node.`);
            await this.#claims.release(ask);
            return run;
        }
        // The process that had it in hand may have ended it, and then have let it go.
        const now = await this.#files.find(run.record.taskId);
        if (now !== null) {
            run.set(now, now.updatedAt);
        }
        if (run.over && !again) {
            await this.#claims.release(ask);
            return run;
        }
        if (run.over) {
            run.set({ ending: null });
        }
        this.#start(run);
        return run;
    }

    /** Another process has the run in hand: what it keeps of it is read now and then. */
    #follow(record, known) {
        const run = known ?? (record === null ? null : this.#of(record));
        if (run === null) {
            throw new Error('Another server is just beginning this run; call again in a moment.');
        }
        if (run.live || run.over) {
            return run;
        }
        const look = async () => {
            const now = await this.#files.find(run.record.taskId).catch(() => null);
            if (this.#closing || now === null || run.live?.timer !== timer) {
                clearInterval(timer);
                return;
            }
            run.set(now, now.updatedAt);
            if (run.over || (await this.#claims.take(run.record.ask))) {
                clearInterval(timer);
                run.live = null;
                if (!run.over) {
                    await this.#inOrder(run.record.ask, () => this.#goOnHere(run));
                }
            }
        };
        const timer = setInterval(() => look().catch((error) => this.#log('error', `A run could not be taken over: ${error.message}`)), followMs);
        timer.unref();
        run.live = { timer };
        return run;
    }

    #start(run) {
        const { record } = run;
        const node = this.#nodes.get(record.node);
        run.live = { ended: null };
        run.canceller = new AbortController();
        let execution;
        try {
            execution = this.#sessions.of(node.module).execute({
                node: record.node,
                input: record.input,
                connection: this.#connectionOf(node) ?? undefined,
                runKey: record.runKey,
                checkpoint: record.checkpoint,
                signal: run.canceller.signal,
                onProgress: (progress) => run.report(progress),
                onCheckpoint: (checkpoint) => this.#keep(run, { checkpoint }),
            });
        } catch (error) {
            execution = Promise.reject(error);
        }
        run.live.ended = execution.then(
            (result) => this.#ended(run, result),
            (error) => this.#failed(run, error),
        );
        if (record.cancelRequested) {
            run.canceller.abort(); // only once the module has the job
        }
    }

    async #keep(run, changes) {
        run.set(changes);
        await this.#files.keep(run.record);
    }

    #ended(run, result) {
        const { outcome, output, warnings } = result;
        const checkpoint = checkpointAfter(result, run.record.checkpoint);
        if (outcome === 'suspended') {
            return this.#over(run, { checkpoint });
        }
        return this.#over(run, { checkpoint: null, ending: { status: 'succeeded', output, warnings, at: Date.now() } }, () =>
            this.#keeper.keep(run, this.#filesOf(run, output)),
        );
    }

    async #failed(run, error) {
        const checkpoint = checkpointAfter(error, run.record.checkpoint);
        const fields = errorFieldsOf(error);
        const pauseMs = nextTryMs({ ...run.record, checkpoint }, fields, Date.now());
        if (pauseMs !== null && !this.#closing) {
            run.set({ checkpoint });
            run.report({ phase: 'retrying', fraction: null, etaMs: null, elapsedMs: Date.now() - run.record.createdAt, message: fields.message });
            run.live.again = setTimeout(() => this.#start(run), pauseMs).unref();
            return;
        }
        const status = error.outcome === 'cancelled' ? 'cancelled' : 'failed';
        await this.#over(run, { checkpoint, ending: { status, error: fields, at: Date.now() } });
    }

    #filesOf(run, output) {
        const node = this.#nodes.get(run.record.node);
        return node === undefined ? [] : filesOf(node, output);
    }

    /** On the disk first: whoever is told that a run is over can rely on it. `before`: what else is to be there by then. */
    async #over(run, changes, before = () => {}) {
        const kept = { ...run.record, ...changes, updatedAt: Date.now() };
        try {
            await this.#files.keep(kept);
        } catch (error) {
            this.#log('error', `What a run of ${kept.node} ended with could not be kept: ${error.message}`);
        }
        await before();
        run.live = null;
        await this.#claims.release(kept.ask).catch(() => {});
        run.set(changes, kept.updatedAt);
    }

    /** Cancels the run, and its job at the service. Resolves when that is on the disk, not when it is done. */
    async cancel(run) {
        await this.#keep(run, { cancelRequested: true });
        if (run.live?.timer) {
            throw new Error('Another server on this machine has this run in hand; cancel it there.');
        }
        run.canceller.abort();
    }

    async #sweep() {
        const now = Date.now();
        const expired = [...this.#byTask.values()].filter((run) => !run.live && hasExpired(run.record, now, this.#settings.keepMs));
        for (const run of expired) {
            const { ask, taskId } = run.record;
            await this.#files.remove(run.record).catch((error) => this.#log('warning', `An old run could not be removed: ${error.message}`));
            await this.#keeper.forget(run, this.#filesOf(run, run.record.ending?.output)).catch(() => {});
            this.#byTask.delete(taskId);
            if (this.#lastOf.get(ask) === run) {
                this.#lastOf.delete(ask);
            }
        }
    }

    /** Suspends what runs; the next process goes on with it. Takes a bounded time. */
    async close() {
        this.#closing = true;
        clearInterval(this.#sweeping);
        const live = [...this.#byTask.values()].map((run) => run.live).filter(Boolean);
        live.forEach(({ timer, again }) => [clearInterval(timer), clearTimeout(again)]);
        const late = new Promise((resolve) => setTimeout(resolve, suspendMs).unref());
        await Promise.race([this.#sessions.close(), late]);
        await Promise.race([Promise.all(live.map(({ ended }) => ended)), late]);
    }
}

module.exports = { Runs };
