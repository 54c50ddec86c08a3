// One run of a node, from its name to its output: resumed from an earlier attempt, shared with one that is still in progress
// elsewhere, and saved at every step.
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import type { IDataObject } from 'n8n-workflow';

import { ModuleError, RunError, type Checkpoint, type RunResult } from '../native/addon';
import { checkpointAfter } from '../native/durable/checkpoint';

import type { Attachments } from './attached_files';
import { listOfExecution, nameOfJob, type Claim, type RunRecord, type RunStore } from './run_store';
import { worker } from './worker';

export interface RunOrder {
    runKey: string;
    /** The node's action id. */
    node: string;
    executionId: string;
    /** Its position in its workflow, independent of the execution. */
    place: string;
    /** This execution repeats an earlier one: resume that one's run of the same place and input. */
    repeats: boolean;
    input: IDataObject;
    attachments: Attachments;
    connection?: IDataObject;
    /** End as soon as the job is submitted. */
    start: boolean;
    timeoutMs?: number;
    signal?: AbortSignal;
}

/** What is known of a run, whether it is done or not. */
interface RunState {
    runKey: string;
    node: string;
    jobId: string | null;
    input: IDataObject;
    checkpoint: Checkpoint | null;
    startedAt?: string;
    warnings: IDataObject[];
}

export type RunEnd = RunState &
    (
        | {
              status: 'succeeded';
              output: IDataObject;
              /** It was made at an earlier time. */
              isKept: boolean;
          }
        | { status: 'rendering'; resumeAfterMs: number | null }
    );

/** n8n stops before the output is ready. */
export class RunSuspended extends Error {
    readonly fields;

    constructor(jobId: string | null) {
        super('n8n was stopped before the output was ready');
        const solution =
            'Retry this execution' +
            (jobId === null ? '.' : `: it goes on with job ${jobId}, and nothing is paid a second time.`);
        this.fields = {
            type: 'Suspended',
            code: 'suspended',
            message: this.message,
            solution,
            retryable: true,
            job_id: jobId,
        };
    }
}

/** Why a run failed, and its name. */
export class RunFailed extends Error {
    constructor(
        readonly runKey: string,
        readonly reason: unknown,
    ) {
        super(reason instanceof Error ? reason.message : String(reason));
    }
}

const sameInput = (one: IDataObject, other: IDataObject) => JSON.stringify(one) === JSON.stringify(other);

const digestOf = (input: IDataObject) => createHash('sha256').update(JSON.stringify(input)).digest('hex').slice(0, 16);

const emptyRecord = ({ runKey, node }: RunOrder): RunRecord => ({
    runKey,
    node,
    input: {},
    checkpoint: null,
    jobId: null,
    output: null,
    warnings: [],
    failure: null,
});

const placeNameOf = ({ place, input }: RunOrder) => `place:${place}:${digestOf(input)}`;

/** The run's name, unless the run of that name turns out to be a different one. */
async function nameRun(store: RunStore, order: RunOrder) {
    const own = order.repeats ? await store.find(order.runKey) : null;
    const earlier = order.repeats && own === null ? await store.findRunKey(placeNameOf(order)) : null;
    return earlier ?? order.runKey;
}

/** Makes the run findable by its place and by its execution. */
async function enter(store: RunStore, runKey: string, order: RunOrder) {
    await Promise.all([
        store.addName(placeNameOf(order), runKey),
        store.addToList(listOfExecution(order.executionId), runKey),
    ]);
}

const isSame = (record: RunRecord, { node, input }: RunOrder) =>
    (record.node ?? node) === node && sameInput(record.input, input);

/** What was paid for, or is about to be, is something else: it must not be passed off as this item's output. */
const isAnother = (record: RunRecord | null, order: RunOrder): record is RunRecord =>
    record !== null && (record.checkpoint ?? record.output) !== null && !isSame(record, order);

function inputsChanged(runKey: string, { jobId }: RunRecord): IDataObject {
    const job = jobId === null ? '' : `, job ${jobId}`;
    const message =
        'An earlier attempt of this item, or another run with the same name, had different inputs or belonged to another ' +
        `node (run key ${runKey}${job}). Its output can be collected by that key; this is a separate run.`;
    return { code: 'inputs_changed', message };
}

/**
 * Waits for the right to act for the run. Only then is it known what it was started with: a previous holder may have used the
 * same name with other inputs.
 */
export async function claimRun(store: RunStore, order: RunOrder) {
    const name = await nameRun(store, order);
    const digest = digestOf(order.input);
    const warnings: IDataObject[] = [];
    for (const runKey of [name, `${name}:${digest}`]) {
        const claim = await store.claim(runKey, order.signal);
        if (!isAnother(claim.record, order)) {
            return { claim, runKey, warnings };
        }
        await giveUp(claim, claim.record);
        warnings.push(inputsChanged(runKey, claim.record));
    }
    // Unique: it names both the node and the input.
    const runKey = `${name}:${order.node}:${digest}`;
    return { claim: await store.claim(runKey, order.signal), runKey, warnings };
}

function stateOf({ node }: RunOrder, { runKey, jobId, input, checkpoint, startedAt, warnings }: RunRecord): RunState {
    return { runKey, node, jobId, input, checkpoint, startedAt, warnings };
}

function succeeded(order: RunOrder, record: RunRecord, isKept: boolean): RunEnd {
    return { status: 'succeeded', ...stateOf(order, record), output: record.output as IDataObject, isKept };
}

function rendering(order: RunOrder, record: RunRecord, resumeAfterMs: number | null): RunEnd {
    return { status: 'rendering', ...stateOf(order, record), resumeAfterMs };
}

function withCheckpoint(record: RunRecord, checkpoint: Checkpoint | null): RunRecord {
    const jobId = checkpoint?.jobId ?? null;
    const isAnotherJob = jobId !== null && jobId !== record.jobId;
    return { ...record, checkpoint, jobId, ...(isAnotherJob && { startedAt: new Date().toISOString() }) };
}

/** The worker that held the run before has recorded its job after all. */
class JobNamed extends Error {}

const isUnknown = (error: unknown) => error instanceof RunError && error.code === 'submission_unknown';

/** A store that does not respond must not hold back the run's result. */
async function giveUp(claim: Claim, record: RunRecord | null) {
    const bound = new AbortController();
    const late = pause(30_000, undefined, { signal: bound.signal, ref: false }).catch(() => {});
    await Promise.race([claim.release(record).catch(() => {}), late]);
    bound.abort();
}

/** One attempt with a claim, which it releases. */
async function attempt(store: RunStore, claim: Claim, order: RunOrder, warnings: IDataObject[]): Promise<RunEnd> {
    let record: RunRecord = { ...(claim.record ?? emptyRecord(order)), node: order.node, input: order.input, failure: null };
    if (record.output !== null) {
        await giveUp(claim, record);
        return succeeded(order, record, true);
    }
    if (order.start && record.jobId !== null) {
        await giveUp(claim, record);
        return rendering(order, record, null);
    }
    if (worker.stopping) {
        await giveUp(claim, claim.record);
        throw new RunSuspended(record.jobId);
    }
    let result: RunResult;
    try {
        result = await worker.session.execute({
            node: order.node,
            input: order.input,
            attachments: order.attachments,
            connection: order.connection,
            runKey: order.runKey,
            checkpoint: record.checkpoint ?? undefined,
            suspend: order.start ? 'when-submitted' : undefined,
            timeoutMs: order.timeoutMs,
            signal: order.signal,
            onCheckpoint: async (checkpoint) => {
                record = withCheckpoint(record, checkpoint);
                await claim.keep(record);
                if (record.jobId !== null) {
                    await store.addName(nameOfJob(record.jobId), order.runKey);
                }
            },
        });
    } catch (error) {
        if (error instanceof RunError || (error instanceof ModuleError && error.checkpoint !== undefined)) {
            const failure = error instanceof RunError ? error.fields : null;
            record = { ...withCheckpoint(record, checkpointAfter(error, record.checkpoint)), failure };
        }
        if (error instanceof ModuleError && error.code === 'session_closed') {
            await giveUp(claim, claim.record);
            throw new RunSuspended(record.jobId);
        }
        const known = isUnknown(error) ? await store.find(order.runKey) : null;
        if (known !== null && known.jobId !== null) {
            await giveUp(claim, known);
            throw new JobNamed();
        }
        const worthKeeping = record.checkpoint !== null || record.failure !== null;
        await giveUp(claim, worthKeeping ? record : null);
        throw error;
    }
    warnings.push(...(result.warnings as unknown as IDataObject[]));
    if (result.outcome === 'suspended') {
        record = { ...withCheckpoint(record, checkpointAfter(result, record.checkpoint)), warnings };
        await giveUp(claim, record);
        if (!order.start || record.jobId === null) {
            throw new RunSuspended(record.jobId);
        }
        return rendering(order, record, result.resumeAfterMs);
    }
    // The last checkpoint stays: with it, Collect asks for another URL when that of the output has expired.
    record = { ...record, output: result.output as IDataObject, warnings };
    await giveUp(claim, record);
    return succeeded(order, record, false);
}

export async function runNode(given: RunOrder): Promise<RunEnd> {
    const { store } = worker;
    for (let shared = false; ; shared = true) {
        const { claim, runKey, warnings } = await claimRun(store, given);
        const { record } = claim;
        if (shared && record?.failure && isSame(record, given)) {
            await giveUp(claim, record);
            throw new RunFailed(runKey, new RunError(record.failure)); // it has failed elsewhere, or before
        }
        try {
            await enter(store, runKey, given);
        } catch (error) {
            await giveUp(claim, record);
            throw error;
        }
        try {
            return await attempt(store, claim, { ...given, runKey }, [...warnings]);
        } catch (error) {
            // This process was frozen so long that another worker took over the run: that worker's result counts.
            const takenOver = error instanceof RunError && error.code === 'checkpoint_not_kept' && claim.lost;
            if (!takenOver && !(error instanceof JobNamed)) {
                throw new RunFailed(runKey, error);
            }
        }
    }
}
