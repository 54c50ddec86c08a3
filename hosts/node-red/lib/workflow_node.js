'use strict';
// The Node-RED node made of one node of a module.
const { RunError } = require('../native/addon');
const { readInputs } = require('./inputs');
const { reportFailure } = require('./failure');
const { operationOf } = require('./operations');
const { statusOf } = require('./status');

const statusEvery = 250; // ms; a thousand runs report ten times a second each
const defaultLimit = 10;
const defaultRunsPerHour = 100;

/** The form's whole number, at least `minimum`. A flow that is older than the field has none. */
function countOf(text, minimum, otherwise) {
    const count = Number(text);
    return text !== '' && Number.isInteger(count) && count >= minimum ? count : otherwise;
}

/** Registers the type. `host` is {RED, t, flowRuns, sessions, previews}. */
function registerWorkflowNode(host, entry) {
    const { RED } = host;
    RED.nodes.registerType(entry.type, function WorkflowNodeType(config) {
        RED.nodes.createNode(this, config);
        new WorkflowNode(host, entry, this, config);
    });
}

class WorkflowNode {
    #host;
    #entry;
    #config;
    #operation;
    #runs;
    #timer = null;
    #shown = '';

    constructor(host, entry, node, config) {
        this.#host = host;
        this.#entry = entry;
        this.#config = config;
        this.node = node;
        this.limit = countOf(config.concurrency, 1, defaultLimit);
        this.runsPerHour = countOf(config.runsPerHour, 0, defaultRunsPerHour);
        this.#operation = operationOf(config, entry.descriptor.errors);
        this.collects = this.#operation.collects;
        this.#runs = host.flowRuns.of(node);
        this.#runs.attach(this);
        const read = async (msg) => {
            this.#operation.check(msg);
            if (this.collects) {
                return {}; // the run has its inputs
            }
            const given = await readInputs(host.RED, node, entry, config, msg);
            for (const warning of given.warnings) {
                node.warn(warning.message, msg);
            }
            return given;
        };
        node.on('input', (msg, send, done) => {
            this.#runs.accept(msg, send, done, read).catch(done);
        });
        node.on('close', (removed, done) => {
            clearTimeout(this.#timer);
            host.flowRuns.close(node, removed).then(done, done);
        });
    }

    async start(run, callbacks) {
        const known = { outcome: 'succeeded', output: run.output, warnings: [] };
        return this.#operation.endOf(run, run.output === null ? await this.#execute(run, callbacks) : known);
    }

    #execute(run, { onProgress, onCheckpoint }) {
        const { module, descriptor, connection } = this.#entry;
        return this.#host.sessions.of(module).execute({
            node: descriptor.actionId,
            input: run.input,
            connection: connection ? this.#connection() : undefined,
            runKey: run.key,
            checkpoint: run.checkpoint ?? undefined,
            ...this.#operation.optionsFor(run),
            signal: run.canceller.signal,
            onProgress,
            onCheckpoint,
        });
    }

    #connection() {
        const chosen = this.#host.RED.nodes.getNode(this.#config.connection);
        if (!chosen && this.#entry.connection.required) {
            const message = `There is no ${this.#entry.connection.name}. Choose or add one in the node.`;
            throw Object.assign(new Error(message), { charged: 'no' });
        }
        return chosen?.value();
    }

    /** Whether the output of a run goes anywhere. After some deploys there are no wires at all. */
    get wired() {
        return this.#isWired(0);
    }

    #isWired(port) {
        return (this.node.wires?.[port] ?? []).some(Boolean);
    }

    succeeded(run) {
        const { msg, outcome } = run;
        msg.payload = outcome.output;
        this.#warn(run);
        this.#host.previews.add(this.node, this.#entry, outcome.output);
        run.send(msg);
        run.done();
    }

    /** An open run goes on with its message. */
    handOn(run) {
        const { msg, outcome } = run;
        const isDone = run.output !== null;
        const wait = isDone ? 0 : Math.max(1, Math.ceil((outcome.resumeAfterMs ?? 0) / 1000));
        msg.payload = { status: isDone ? 'done' : 'rendering', job_id: run.checkpoint?.jobId ?? null, wait_seconds: wait };
        msg.run = run.toMessage();
        this.#warn(run);
        const { openPort } = this.#operation;
        if (!this.#isWired(openPort)) {
            const remedy = 'The run is kept, and goes on at the next start of the flows: wire the output over a delay node to a Collect.';
            this.node.warn(`The message of the run ${run.nameWithJob} went nowhere, because this output has no wire. ${remedy}`, msg);
        }
        run.send([...Array(openPort).fill(null), msg]);
        run.done();
    }

    #warn({ msg, warnings: ofInput, outcome: { warnings } }) {
        if (ofInput.length + warnings.length > 0) {
            msg.warnings = [...ofInput, ...warnings];
        }
        for (const { message } of warnings) {
            this.node.warn(message, msg);
        }
    }

    failed(run) {
        const { error } = run.outcome;
        if (run.checkpoint ?? run.output) {
            run.msg.run = run.toMessage();
        }
        reportFailure(this.#host.RED, run.done, error);
    }

    /** For a message that was still waiting for a free slot. */
    cancelledError() {
        const known = this.#entry.descriptor.errors.find((error) => error.code === 'cancelled');
        const message = 'The message was cancelled before its run began';
        return new RunError({ type: 'Cancelled', code: 'cancelled', ...known, message, charged: 'no' }, { outcome: 'cancelled' });
    }

    /** For a message beyond the node's hourly limit. */
    spendingError(waitMs) {
        const minutes = Math.ceil(waitMs / 60000);
        const message =
            `This node starts at most ${this.runsPerHour} runs in an hour, and that limit is reached. ` +
            `This message was not run, and nothing was paid for it; send it again in ${minutes} min`;
        return new RunError({
            type: 'Spending Limit',
            code: 'spending_limit',
            message,
            cause: "The node's own limit of runs per hour has been reached",
            solution: 'Check that the flow does not feed itself. If that many are intended, raise "Per hour" in the node; 0 means no limit',
            retryable: true,
            retry_after_ms: waitMs,
            charged: 'no',
        });
    }

    /** Shows the status soon, but not more often than people can read. */
    changed() {
        this.#timer ??= setTimeout(() => {
            this.#timer = null;
            const makesVideo = this.#entry.form.mediaOutputs.some(({ kind }) => kind === 'video');
            const status = statusOf(this.#host.t, { ...this.#runs.view(), makesVideo });
            const text = JSON.stringify(status);
            if (text !== this.#shown) {
                this.node.status(status);
            }
            this.#shown = text;
        }, statusEvery);
        this.#timer.unref?.();
    }
}

module.exports = { WorkflowNode, registerWorkflowNode, defaultLimit, defaultRunsPerHour };
