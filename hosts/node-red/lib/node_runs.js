'use strict';
// The runs of one node of a flow. They belong to the node's place in the flow, not to the instance that Node-RED makes at
// every deploy: a new instance takes over the messages of the one before.
const { checkpointAfter } = require('../native/durable/checkpoint');
const { HourlyLimit } = require('./hourly_limit');
const { Run, runOfMessage, urlsOf } = require('./run');
const { RunCounts, isOpen } = require('./run_counts');
const { RunKeys } = require('./run_keys');
const { RunRecords } = require('./run_records');

const mostWaiting = 10000;
const startingSlice = 5; // ms

class NodeRuns {
    #live = new Set();
    #waiting = [];
    #undelivered = new Set(); // ended while the node had no instance
    #counts = new RunCounts();
    #handover = new WeakMap(); // message -> run, for messages that an instance is given again
    #instance = null; // see WorkflowNode
    #starter = null; // the instance that can still start a run, be it only to cancel its job
    #over = false;
    #starting = null; // the next turn of the loop, in which runs are started
    #settled = []; // resolved when the live runs have ended
    #interruption = new AbortController(); // of what runs do when their outputs are known
    #hourly = new HourlyLimit();
    #keys; // of the runs of all nodes
    #newKey;
    #isTaken; // whether another run is to make the file of that path
    #t;
    #records;
    #log;
    #clock;

    constructor(id, { store, newKey, log, t, keys = new RunKeys(), isTaken = () => false, clock = () => performance.now() }) {
        this.id = id;
        this.#keys = keys;
        this.#records = new RunRecords(id, store, log);
        this.#newKey = newKey;
        this.#isTaken = isTaken;
        this.#log = log;
        this.#t = t;
        this.#clock = clock;
    }

    get instance() {
        return this.#instance;
    }

    get empty() {
        return this.#live.size + this.#waiting.length + this.#undelivered.size === 0;
    }

    /** Whether one of its runs is to make the file. */
    makes(file) {
        return this.#all().some((run) => run.file === file);
    }

    /** For the status under the node. */
    view() {
        return {
            live: [...this.#live].map((run) => run.progress),
            waiting: this.#waiting.length,
            counts: this.#counts.view(),
        };
    }

    startsLeft(runsPerHour) {
        return this.#hourly.left(runsPerHour, this.#clock());
    }

    attach(instance) {
        this.#instance = instance;
        this.#starter = instance;
        this.#interruption = this.#interruption.signal.aborted ? new AbortController() : this.#interruption;
        instance.changed();
    }

    /** Everything stops: the downloads too, whose runs are suspended. */
    interrupt() {
        this.#interruption.abort();
    }

    /** The instance ends; its runs continue, and the next instance delivers them. */
    detach() {
        this.#instance = null;
        for (const run of this.#all()) {
            run.unbind();
        }
    }

    #all() {
        return [...this.#live, ...this.#waiting, ...this.#undelivered];
    }

    /** A message arrives. `read` resolves to the run's {input, warnings}. */
    async accept(msg, send, done, read) {
        const run = this.#handover.get(msg);
        if (run) {
            this.#handover.delete(msg);
            this.#bindAgain(run, send, done);
        } else if (msg.cancel) {
            this.#cancelFor(msg.cancel);
            done();
        } else if (this.#waiting.length >= mostWaiting) {
            done(this.#t('error.tooManyWait', { n: mostWaiting }));
        } else {
            await this.#acceptNew(msg, send, done, read);
        }
    }

    async #acceptNew(msg, send, done, read) {
        const instance = this.#instance;
        const earlier = runOfMessage(msg);
        if (this.empty) {
            this.#counts = new RunCounts();
        }
        let given;
        try {
            given = await read(msg);
        } catch (error) {
            this.#counts.addFailure(error);
            this.#changed();
            done(error.message);
            return;
        }
        if (this.#over) {
            return;
        }
        const key = earlier?.key ?? this.#newKey();
        const run = new Run({ ...earlier, ...given, key, msg });
        if (run.file !== null && !run.mayBePaid && this.#isTaken(run.file)) {
            done(this.#t('error.fileIsTaken', { file: run.file }));
            return;
        }
        if (!this.#keys.take(key)) {
            done(this.#t('error.runIsInProgress', { key }));
            return;
        }
        delete msg.run;
        this.#records.keepLast(run);
        this.#waiting.push(run);
        if (this.#instance === instance) {
            run.bind(send, done);
        } else if (this.#instance) {
            this.resume();
        }
        this.#startMore();
    }

    /** Takes over runs whose files were kept, of an earlier process or of messages that are lost. */
    adopt(runs) {
        this.#waiting.unshift(...runs.filter(({ key }) => this.#keys.take(key)));
    }

    /** Gives the instance the messages that it does not hold yet, then continues their runs. */
    resume() {
        for (const run of this.#all().filter((one) => !one.bound)) {
            this.#handover.set(run.msg, run);
            this.#instance.node.receive(run.msg);
        }
    }

    #bindAgain(run, send, done) {
        run.bind(send, done);
        if (run.left?.length) {
            this.#instance.node.warn(this.#t('warning.notKept', { properties: run.left.join(', ') }));
        }
        if (this.#undelivered.delete(run)) {
            this.#deliver(run);
        }
        this.#startMore();
    }

    /** Starts waiting runs, a few milliseconds' worth at a time: a thousand messages may arrive in one turn of the loop. */
    #startMore() {
        this.#changed();
        this.#starting ??= setImmediate(() => {
            this.#starting = null;
            const end = performance.now() + startingSlice;
            while (this.#instance && this.#live.size < this.#instance.limit && performance.now() < end) {
                const next = this.#waiting.findIndex((run) => run.bound);
                if (next < 0) {
                    return;
                }
                this.#startOrHoldUp(this.#waiting.splice(next, 1)[0]);
            }
            if (this.#instance && this.#live.size < this.#instance.limit && this.#waiting.length > 0) {
                this.#startMore();
            }
        });
    }

    /** The limit does not apply to a run whose job exists or may exist: resuming it submits no other. Collecting submits none. */
    #startOrHoldUp(run) {
        if (run.countedAt === null && !run.mayBePaid && !this.#instance.collects) {
            const now = this.#clock();
            const wait = this.#hourly.take(this.#instance.runsPerHour, now);
            if (wait > 0) {
                this.#endUnstarted(run, this.#instance.spendingError(wait));
                return;
            }
            run.countedAt = now;
        }
        this.#start(run);
    }

    #endUnstarted(run, error) {
        run.outcome = { error };
        this.#counts.add(run);
        this.#deliver(run);
    }

    #start(run) {
        if (!run.mayBePaid) {
            run.startedAt = Date.now(); // an earlier try that submitted nothing, and a wait for its turn, are not the job's age
        }
        this.#live.add(run);
        const callbacks = {
            onProgress: (progress) => {
                run.progress = progress;
                this.#changed();
            },
            onCheckpoint: (checkpoint) => {
                run.checkpoint = checkpoint;
                return this.#records.keep(run);
            },
            onOutput: (output) => {
                run.output = output;
                return this.#records.keepLast(run);
            },
            interrupted: this.#interruption.signal,
        };
        this.#starter.start(run, callbacks).then(
            (result) => this.#ended(run, result),
            (error) => this.#ended(run, { error }),
        );
    }

    #ended(run, result) {
        this.#live.delete(run);
        if (result.outcome === 'suspended') {
            run.checkpoint = checkpointAfter(result, run.checkpoint);
            run.progress = null;
            this.#records.keepLast(run);
            this.#waiting.unshift(run);
        } else {
            run.outcome = result;
            if (result.error?.charged === 'no') {
                this.#hourly.giveBack(run.countedAt);
            }
            if (isOpen(run)) {
                run.checkpoint = result.checkpoint;
                run.output = result.output ?? null;
            } else {
                run.checkpoint = result.error ? checkpointAfter(result.error, run.checkpoint) : null;
            }
            if (run.mayBePaid) {
                this.#records.keepLast(run);
            }
            this.#counts.add(run);
            if (run.bound) {
                this.#deliver(run);
            } else {
                this.#undelivered.add(run);
            }
        }
        if (this.#live.size === 0) {
            this.#settled.splice(0).forEach((resolve) => resolve());
        }
        this.#startMore();
    }

    /**
     * Sends the message on, and only then discards what was kept of it: after a crash it may be sent twice, but never lost.
     * What was or may have been paid for and can still be collected is kept, for a flow that sends it again and for the next start; so is an
     * output that went nowhere because the node has no wires, for people. The file of an open run stays until it is collected, by this
     * node or by another, whose file it is then.
     */
    #deliver(run) {
        if (isOpen(run)) {
            this.#keys.handOn(run.key, this.id);
            this.#instance.handOn(run);
            return;
        }
        this.#keys.release(run.key);
        if (!run.outcome.error) {
            const { wired } = this.#instance;
            this.#instance.succeeded(run);
            if (wired) {
                this.#records.discard(run);
            } else {
                this.#records.keepFinished(run);
            }
            return;
        }
        this.#instance.failed(run);
        this.#discardUnlessJob(run);
    }

    /** A cancel that the service refused or missed leaves a job: the file stays, so that what was paid for can be collected. */
    #discardUnlessJob(run) {
        if (!run.mayBePaid) {
            this.#records.discard(run);
        } else if (run.canceller.signal.aborted || this.#over) {
            this.#log(
                `The run ${run.nameWithJob} has ended, but its job may go on. ` +
                    'Its file is kept for a week; the node, if it is still in a flow, takes it up at the next start.',
            );
        }
    }

    /** true: every run and every message that waits; a message id, or an array of them: those. */
    #cancelFor(which) {
        const ids = which === true ? null : new Set([].concat(which));
        const dropped = this.#cancel((run) => ids === null || ids.has(run.msg._msgid));
        for (const run of dropped) {
            this.#endUnstarted(run, this.#instance.cancelledError());
        }
        this.#changed();
    }

    /** Returns the runs that had not started. A waiting run with a checkpoint has a job, which is cancelled as well. */
    #cancel(meant) {
        const waiting = this.#waiting.filter(meant);
        this.#waiting = this.#waiting.filter((run) => !meant(run));
        for (const run of waiting.filter((one) => one.checkpoint)) {
            this.#start(run);
        }
        for (const run of this.#live) {
            if (meant(run)) {
                run.canceller.abort();
            }
        }
        return waiting.filter((run) => !run.checkpoint);
    }

    /**
     * Cancels everything, at the service too, for a node that is gone. The node that comes next has what is left: jobs that one
     * that collects looks for, and outputs whose files are not kept yet.
     */
    async end() {
        this.#over = true;
        this.detach();
        this.interrupt();
        const dropped = this.#cancel(() => true);
        await this.settled();
        for (const run of [...dropped, ...this.#all()]) {
            this.#keys.release(run.key);
            if (run.outcome && !run.outcome.error && !isOpen(run)) {
                this.#records.keepFinished(run);
            } else if (run.output !== null || (this.#starter?.collects && run.mayBePaid)) {
                this.#leaveToNext(run);
            } else {
                this.#discardUnlessJob(run);
            }
        }
        this.#waiting = [];
        this.#undelivered.clear();
    }

    #leaveToNext(run) {
        this.#keys.handOn(run.key, this.id, { stranded: true });
        if (run.output !== null) {
            this.#log(
                `The node ${this.id} was changed or removed before it had the files of the run ${run.key}. ` +
                    `The run goes on in the node that is there next; its file is kept for a week: ${urlsOf(run.output)}`,
            );
        }
    }

    /** Resolves when the live runs have ended, and what they ended with is on the disk. */
    async settled() {
        if (this.#live.size > 0) {
            await new Promise((resolve) => this.#settled.push(resolve));
        }
        await this.#records.settled();
    }

    #changed() {
        this.#instance?.changed();
    }
}

module.exports = { NodeRuns, mostWaiting };
