'use strict';
// The Node-RED node made of one node of a module.
const { RunError } = require('../native/addon');
const { onAbort } = require('../native/addon/lib/abort');
const { attachmentNames, fileFor } = require('../native/durable/attached_file');
const { reportFailure } = require('./failure');
const { readInputs } = require('./inputs');
const { KeptFiles, isRefused } = require('./kept_files');
const { lookBound, operationOf } = require('./operations');
const { mayBePaid, runOfMessage } = require('./run');
const { spendingText } = require('./spending');
const { statusOf } = require('./status');

const statusEvery = 250; // ms; a thousand runs report ten times a second each
const defaultLimit = 10;
const defaultRunsPerHour = 100;

/** The form's whole number, at least `minimum`. A flow that is older than the field has none. */
function countOf(text, minimum, otherwise) {
    const count = Number(text);
    return text !== '' && Number.isInteger(count) && count >= minimum ? count : otherwise;
}

/** Registers the type. `host` is {RED, t, foreign, flowRuns, sessions, previews, spending}. */
function registerWorkflowNode(host, entry) {
    const { RED } = host;
    RED.nodes.registerType(entry.type, function WorkflowNodeType(config) {
        RED.nodes.createNode(this, config);
        this.workflowNode = new WorkflowNode(host, entry, this, config);
    });
}

class WorkflowNode {
    #host;
    #entry;
    #config;
    #operation;
    #files;
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
        this.#operation = operationOf(config, entry.descriptor.errors, host.t);
        this.collects = this.#operation.collects;
        this.#files = new KeptFiles(host, node, entry, this.#operation.givesOutput ? config : {});
        this.#runs = host.flowRuns.of(node);
        this.#runs.attach(this);
        const read = async (msg) => {
            this.#operation.check(msg);
            const earlier = runOfMessage(msg);
            const place = await this.#files.placeFor(msg, this.collects || (earlier !== null && mayBePaid(earlier)));
            if (this.collects) {
                return { place }; // the run has its inputs
            }
            const given = await this.#readInputs(msg, earlier?.input);
            for (const warning of given.warnings) {
                node.warn(warning.message, msg);
            }
            return { ...given, place };
        };
        node.on('input', (msg, send, done) => {
            this.#runs.accept(msg, send, done, read).catch(done);
        });
        node.on('close', (removed, done) => {
            clearTimeout(this.#timer);
            host.flowRuns.close(node, removed).then(done, done);
        });
    }

    /** For the form: what the node's runs have cost, and how many it may still start; null: nothing to tell. */
    get spending() {
        const left = this.collects ? null : this.#runs.startsLeft(this.runsPerHour);
        return spendingText(this.#host.spending.of(this.node.id), left, this.#entry.form.price, this.#host.t);
    }

    async start(run, callbacks) {
        const known = { outcome: 'succeeded', output: run.output, warnings: [] };
        const result = run.output === null ? await this.#billed(run, callbacks) : this.#operation.endOf(run, known);
        return result.outcome === 'succeeded' && this.#files.wanted ? this.#withFiles(run, result, callbacks) : result;
    }

    /** What the run ends with; counted as far as the service bills it. */
    async #billed(run, callbacks) {
        const counted = (charged) => this.#host.spending.add(this.node.id, run.key, charged);
        try {
            const result = await this.#execute(run, callbacks);
            if (result.outcome === 'succeeded') {
                counted('yes');
            }
            return this.#operation.endOf(run, result);
        } catch (error) {
            const hadBegun = error instanceof RunError || error.checkpoint !== undefined;
            counted(error.charged ?? (hadBegun ? 'unknown' : 'no'));
            throw error;
        }
    }

    /** The output is paid for: it is kept and shown before its files are asked for, and goes on without them if need be. */
    async #withFiles(run, result, { onProgress, onOutput, interrupted }) {
        const isOld = run.output !== null;
        this.#host.previews.add(this.node, this.#entry, result.output);
        await onOutput(result.output);
        const stop = new AbortController();
        const signals = [run.canceller.signal, interrupted];
        const ends = signals.map((signal) => onAbort(signal, () => stop.abort()));
        if (signals.some(({ aborted }) => aborted)) {
            stop.abort();
        }
        const keep = (output) =>
            this.#files.keep(run, output, this.#downloadConnection(), {
                signal: stop.signal,
                onProgress: ({ bytes, total }) =>
                    onProgress({ phase: 'downloading', fraction: total ? bytes / total : null, etaMs: null }),
            });
        let { output } = result;
        let files = await keep(output);
        if (isOld && Object.values(files).some(isRefused)) {
            output = (await this.#renewed(run)) ?? output;
            files = output === result.output ? files : await keep(output);
        }
        ends.forEach((end) => end());
        if (interrupted.aborted && Object.values(files).some(({ error }) => error)) {
            return { outcome: 'suspended', checkpoint: null };
        }
        const warnings = this.#files.warningsOf(files);
        const again = warnings.length > 0 ? { toCollect: run.toMessage() } : {};
        return { ...result, output, files, warnings: [...result.warnings, ...warnings], ...again };
    }

    /** The output of a job that is done, as the service says it now; null: it does not. Nothing is submitted for it. */
    async #renewed(run) {
        if (run.checkpoint?.submission !== 'yes') {
            return null;
        }
        const look = { collectOnly: true, suspend: { afterMs: 0 }, timeoutMs: lookBound };
        const result = await this.#execute(run, {}, look).catch(() => null);
        return result?.output ?? null;
    }

    /** Whose key a download may need; what is wrong with it keeps no video back. */
    #downloadConnection() {
        try {
            return this.#host.RED.nodes.getNode(this.#config.connection)?.value();
        } catch {
            return undefined;
        }
    }

    async #execute(run, { onProgress, onCheckpoint }, options = this.#operation.optionsFor(run)) {
        const { module, descriptor } = this.#entry;
        const connection = this.#entry.connection ? this.#connection() : undefined;
        const request = {
            node: descriptor.actionId,
            input: run.input,
            connection,
            attachments: this.#attachments(run),
            runKey: run.key,
            checkpoint: run.checkpoint ?? undefined,
            ...options,
            signal: run.canceller.signal,
            onProgress,
            onCheckpoint,
        };
        try {
            const result = await this.#host.sessions.of(module).execute(request);
            return { ...result, warnings: this.#entry.warningsIn(result.warnings) };
        } catch (error) {
            throw this.#inAuthorsWords(error);
        }
    }

    #inAuthorsWords(error) {
        if (error instanceof RunError) {
            return new RunError(this.#entry.errorFields(error.fields), error);
        }
        const { code, message } = error;
        return Object.assign(error, { message: this.#entry.errorFields({ code, message }).message });
    }

    /** A run of an earlier process reads its files again, from the message that was kept. */
    #attachments(run) {
        const read = async (name) => {
            run.attached ??= (await this.#readInputs(run.msg)).attached;
            if (run.attached[name] === undefined) {
                throw new Error(this.#host.t('error.fileIsGone'));
            }
            return run.attached[name];
        };
        const open = (name) => async (request) => await fileFor(request, await read(name));
        return Object.fromEntries(attachmentNames(run.input).map((name) => [name, open(name)]));
    }

    #readInputs(msg, earlier) {
        return readInputs(this.#host, this.node, this.#entry, this.#config, msg, earlier);
    }

    #connection() {
        const chosen = this.#host.RED.nodes.getNode(this.#config.connection);
        if (!chosen && this.#entry.connection.required) {
            const message = this.#host.t('error.noConnection', { name: this.#entry.connection.name });
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
        if (outcome.files) {
            this.#addFiles(msg, outcome);
        } else {
            this.#host.previews.add(this.node, this.#entry, outcome.output);
        }
        this.#warn(run);
        run.send(msg);
        run.done();
    }

    #addFiles(msg, { files, toCollect }) {
        msg.files = files;
        const kept = Object.values(files).find(({ file }) => file !== undefined);
        if (kept) {
            msg.filename = kept.file;
        }
        if (toCollect) {
            msg.run = toCollect;
        }
    }

    /** An open run goes on with its message. */
    handOn(run) {
        const { t } = this.#host;
        const { msg, outcome } = run;
        const isDone = run.output !== null;
        const wait = isDone ? 0 : Math.max(1, Math.ceil((outcome.resumeAfterMs ?? 0) / 1000));
        msg.payload = { status: isDone ? 'done' : 'rendering', job_id: run.checkpoint?.jobId ?? null, wait_seconds: wait };
        msg.run = run.toMessage();
        this.#warn(run);
        const { openPort } = this.#operation;
        if (!this.#isWired(openPort)) {
            const job = run.checkpoint?.jobId ?? t('error.jobWithoutName');
            this.node.warn(t('warning.noWire', { key: run.key, job }), msg);
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
        const { t } = this.#host;
        const message = t('error.cancelledBefore');
        return new RunError({ type: t('error.cancelled'), code: 'cancelled', ...known, message, charged: 'no' }, { outcome: 'cancelled' });
    }

    /** For a message beyond the node's hourly limit. */
    spendingError(waitMs) {
        const { t } = this.#host;
        return new RunError({
            type: t('error.spendingLimit'),
            code: 'spending_limit',
            message: t('error.spendingLimitReached', { limit: this.runsPerHour, minutes: Math.ceil(waitMs / 60000) }),
            cause: t('error.spendingLimitCause'),
            solution: t('error.spendingLimitSolution'),
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
