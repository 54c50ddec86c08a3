'use strict';
// All runs of the server: found again by what was asked, kept on the disk, and driven by the modules' sessions.
const { setTimeout: pause } = require('node:timers/promises');

const { atOnce } = require('../native/durable/at_once');
const { checkpointAfter } = require('../native/durable/checkpoint');
const { decisionFor, nextTryMs } = require('./decisions');
const { inWords } = require('./disk_trouble');
const { FollowedRuns } = require('./followed_runs');
const { inOrder } = require('./in_order');
const { KnownRuns } = require('./known_runs');
const { OldRuns } = require('./old_runs');
const { Run } = require('./run');
const { errorFieldsOf } = require('./run_error');
const { RunMedia } = require('./run_media');
const { runKeyOf, taskIdOf } = require('./run_names');
const { Turns } = require('./turns');

const lookMs = 50;
const mostLooks = 100;
const mostAtDisk = 16;
const sweepMs = 600_000;
const suspendMs = 12_000; // a module's close takes at most about 10 s
const settleMs = 2000;

class Runs {
    #known = new KnownRuns();
    #inOrder = inOrder(); // by ask: what is done with its runs
    #nodes; // by action id
    #sessions;
    #accounts;
    #files;
    #claims;
    #secret;
    #settings;
    #log;
    #media;
    #old;
    #followed;
    #turns = new Turns();
    /** What has ended on the disk meanwhile goes on in one turn of the event loop: not a thousand at once. */
    #disk = atOnce(mostAtDisk);
    #sweeping;
    #closing = false;

    constructor({ nodes, sessions, accounts, files, claims, keeper, secret, settings, log }) {
        this.#nodes = new Map(nodes.map((node) => [node.descriptor.actionId, node]));
        this.#sessions = sessions;
        this.#accounts = accounts;
        this.#files = files;
        this.#claims = claims;
        const withClaim = (ask, work) => this.#withClaim(ask, work);
        this.#media = new RunMedia({ keeper, nodes: this.#nodes, files, log, withClaim });
        this.#old = new OldRuns({ known: this.#known, files, media: this.#media, settings, withClaim, log });
        this.#followed = new FollowedRuns({
            known: this.#known,
            find: (taskId) => this.#disk(() => files.find(taskId)),
            inOrder: this.#inOrder,
            goOn: (run) => this.#goOnHere(run),
            onOver: (run) => this.#media.keepLater(run),
            log,
        });
        this.#secret = secret;
        this.#settings = settings;
        this.#log = log;
    }

    /** Takes over the runs that an earlier process has left, and goes on with them. */
    async open() {
        await this.#claims.open();
        const { records, unreadable } = await this.#files.load();
        unreadable.forEach((message) => this.#log('warning', `A file was left alone. ${message}`));
        records.forEach((record) => this.#known.add(new Run(record)));
        const open = this.#known.all.filter((run) => !run.over && this.#known.lastOf(run.record.ask) === run);
        await Promise.all(open.map((run) => this.#inOrder(run.record.ask, () => this.#goOnHere(run))));
        const taken = open.filter((run) => run.live !== null).length;
        if (taken > 0) {
            this.#log('info', `Went on with ${taken} runs that an earlier process had left.`);
        }
        await this.#sweep();
        this.#sweeping = setInterval(() => this.#sweep().catch((error) => this.#log('error', error.message)), sweepMs);
        this.#sweeping.unref();
    }

    /** What asking would do: "new", "same" or "go on". */
    async foresee(ask) {
        await this.#turns.next();
        const run = this.#known.lastOf(ask);
        const record = run?.live ? run.record : await this.#diskInWords(() => this.#last(ask));
        return decisionFor(record, Date.now(), this.#settings.sameCallMs);
    }

    get known() {
        return this.#known;
    }

    /** The record of the last run of an ask, or null. Who removes a file while its run is known here makes nobody pay again. */
    async #last(ask) {
        const known = this.#known.lastOf(ask);
        return known?.isUnkept ? known.record : ((await this.#files.last(ask)) ?? known?.record ?? null);
    }

    /**
     * The run that was asked for, which is begun if there is none; null: it would have to be begun, and may not. Resolves
     * when it is on the disk.
     */
    async ask(ask, what) {
        const run = await this.#inOrder(ask, async () => {
            const known = this.#known.lastOf(ask);
            if (known?.live) {
                return known;
            }
            return await this.#diskInWords(() => this.#askServers(ask, what));
        });
        if (run !== null) {
            this.#media.keepLater(run);
        }
        return run;
    }

    /** This server has the ask's runs in hand, or another one, which may be just about to begin or to let go. */
    async #askServers(ask, what) {
        for (let looks = 0; looks < mostLooks && !this.#closing; looks += 1) {
            if (await this.#claims.take(ask)) {
                return await this.#askHere(ask, what).finally(() => this.#releaseUnlessLive(ask));
            }
            const record = await this.#last(ask);
            if (decisionFor(record, Date.now(), this.#settings.sameCallMs) !== 'new') {
                return this.#followed.follow(record);
            }
            await pause(lookMs);
        }
        this.#refuseIfClosing();
        throw new Error('Another server on this machine is about to begin this run; call again in a moment.');
    }

    #refuseIfClosing() {
        if (this.#closing) {
            throw new Error('The server is stopping, so nothing was started or paid: call again when it is back.');
        }
    }

    async #askHere(ask, { owner, session, node, input, inputFiles, variation, warnings, mayBegin }) {
        const record = await this.#last(ask);
        const decision = decisionFor(record, Date.now(), this.#settings.sameCallMs);
        if (decision !== 'new') {
            const run = this.#known.of(record);
            return decision === 'go on' ? await this.#goOnHere(run, { again: run.over }) : run;
        }
        if (!mayBegin) {
            return null;
        }
        this.#refuseIfClosing();
        if (record !== null) {
            await this.#files.setAside(record);
        }
        const createdAt = Math.max(Date.now(), (record?.createdAt ?? 0) + 1);
        const taskId = taskIdOf(ask, createdAt);
        const run = new Run({
            ask, taskId, owner, session, input, inputFiles, variation, warnings, createdAt,
            runKey: runKeyOf(this.#secret, taskId),
            module: node.module.name,
            node: node.descriptor.actionId,
            account: this.#accounts.nameOf(node),
            updatedAt: createdAt,
            keepMs: this.#settings.keepMs,
            checkpoint: null,
            cancelRequested: false,
            ending: null,
        });
        await this.#files.keep(run.record);
        this.#known.add(run);
        this.#start(run);
        return run;
    }

    #withClaim(ask, work) {
        return this.#inOrder(ask, async () => {
            if (await this.#claims.take(ask)) {
                await work().finally(() => this.#releaseUnlessLive(ask));
            }
        });
    }

    async #releaseUnlessLive(ask) {
        if (!this.#known.lastOf(ask)?.live) {
            await this.#claims.release(ask);
        }
    }

    /** The run with that task id, of that owner; null: there is none. Goes on with one that can still be collected. */
    async find(taskId, owner, { goOn = false } = {}) {
        await this.#turns.next();
        const run = await this.#found(taskId);
        if (run === null || run.record.owner !== owner) {
            return null;
        }
        if (!run.live && this.#known.lastOf(run.record.ask) === run) {
            const canGoOn = !run.over || (goOn && decisionFor(run.record, Date.now(), this.#settings.sameCallMs) === 'go on');
            if (canGoOn) {
                await this.#inOrder(run.record.ask, () => inWords(() => this.#goOnHere(run, { again: run.over }), this.#log));
            }
        }
        this.#media.keepLater(run);
        return run;
    }

    /** As this process knows it, where it has it in hand or the disk fails; null: there is none. */
    async #found(taskId) {
        const known = this.#known.get(taskId) ?? null;
        if (known?.live || known?.isUnkept) {
            return known;
        }
        try {
            const record = await this.#diskInWords(() => this.#files.find(taskId));
            return record === null ? known : this.#known.of(record);
        } catch (error) {
            if (known === null) {
                throw error;
            }
            return known;
        }
    }

    #diskInWords(work) {
        return this.#disk(() => inWords(work, this.#log));
    }

    /** `again`: even though it is over, with the job that it has. */
    async #goOnHere(run, { again = false } = {}) {
        if (run.live || this.#closing) {
            return run;
        }
        const { ask } = run.record;
        if (!(await this.#claims.take(ask))) {
            return this.#followed.follow(run.record);
        }
        const { obstacle = null } = this.#accounts.nodeOf(run);
        const level = run.obstacle === null ? 'warning' : 'debug'; // said once: clients poll
        run.obstacle = obstacle;
        if (obstacle !== null) {
            this.#log(level, `The run ${run.record.taskId} is left alone: ${obstacle}.`);
            await this.#claims.release(ask);
            return run;
        }
        // The process that had it in hand may have ended it, and then have let it go.
        const now = await this.#files.find(run.record.taskId);
        if (now !== null && !run.isUnkept) {
            run.set(now, now.updatedAt);
        }
        if (run.over && !again) {
            await this.#claims.release(ask);
            return run;
        }
        if (run.over) {
            run.isUnkept = false;
            run.set({ ending: null });
        }
        this.#start(run);
        return run;
    }

    #start(run) {
        if (this.#closing) {
            return; // the next process goes on with it; a session that is opened now would not be closed
        }
        const { record } = run;
        const node = this.#nodes.get(record.node);
        run.live = { ended: null };
        run.canceller = new AbortController();
        let execution;
        try {
            execution = this.#sessions.of(node.module).execute({
                node: record.node,
                input: record.input,
                connection: this.#accounts.connectionOf(node) ?? undefined,
                attachments: this.#files.attachmentsOf(record),
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
        return this.#over(run, { checkpoint: null, ending: { status: 'succeeded', output, warnings, at: Date.now() } });
    }

    async #failed(run, error) {
        const checkpoint = checkpointAfter(error, run.record.checkpoint);
        const fields = errorFieldsOf(error);
        const pauseMs = nextTryMs({ ...run.record, checkpoint }, fields, Date.now());
        if (pauseMs !== null && this.#closing) {
            await this.#over(run, { checkpoint }); // the next process tries again
            return;
        }
        if (pauseMs !== null) {
            run.set({ checkpoint });
            run.report({ phase: 'retrying', fraction: null, etaMs: null, elapsedMs: Date.now() - run.record.createdAt, message: fields.message });
            run.live.again = setTimeout(() => this.#start(run), pauseMs).unref();
            return;
        }
        const status = error.outcome === 'cancelled' ? 'cancelled' : 'failed';
        await this.#over(run, { checkpoint, ending: { status, error: fields, at: Date.now() } });
    }

    /** On the disk first: whoever is told that a run is over can rely on it. Its files are there by then, unless that takes long. */
    async #over(run, changes) {
        const kept = { ...run.record, ...changes, updatedAt: Date.now() };
        run.live.isEnding = true;
        await this.#keepEnding(run, kept);
        await this.#media.keep(run, kept);
        run.live = null;
        await this.#claims.release(kept.ask).catch(() => {});
        run.set(changes, kept.updatedAt);
    }

    async #keepEnding(run, record) {
        try {
            await this.#files.keep(record);
            run.isUnkept = false;
        } catch (error) {
            run.isUnkept = record.ending !== null;
            this.#log('error', `What a run of ${record.node} ended with could not be kept: ${error.message}`);
        }
    }

    /**
     * Cancels the run, and its job at the service. Resolves when that is on the disk, if the disk takes it, not when it is
     * done: with null, or with a sentence why it cannot be cancelled here.
     */
    async cancel(run) {
        if (run.over || run.live?.isEnding) {
            return null;
        }
        if (!run.live?.ended) {
            return 'Another server has this run in hand, or has its account: it can be cancelled there';
        }
        await this.#keep(run, { cancelRequested: true }).catch((error) =>
            this.#log('error', `That a run of ${run.record.node} is to be cancelled could not be kept: ${error.message}`),
        );
        run.canceller.abort();
        return null;
    }

    async #sweep() {
        for (const run of this.#known.all.filter(({ isUnkept }) => isUnkept)) {
            await this.#inOrder(run.record.ask, () => run.isUnkept && this.#keepEnding(run, run.record));
        }
        await this.#old.sweep();
    }

    /** Suspends what runs; the next process goes on with it. Takes a bounded time. */
    async close() {
        this.#closing = true;
        clearInterval(this.#sweeping);
        this.#media.close();
        this.#followed.close();
        await Promise.race([this.#inOrder.idle(), pause(settleMs)]);
        const live = this.#known.all.map((run) => run.live).filter(Boolean);
        live.forEach(({ again }) => clearTimeout(again));
        const late = new Promise((resolve) => setTimeout(resolve, suspendMs).unref());
        await Promise.race([this.#sessions.close(), late]);
        await Promise.race([Promise.all(live.map(({ ended }) => ended)), late]);
    }
}

module.exports = { Runs };
