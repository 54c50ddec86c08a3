// Collects a run that was started earlier. It submits nothing, which the module sees to.
import type { IDataObject } from 'n8n-workflow';

import { RunError, type Checkpoint, type ErrorFields } from '../native/addon';
import { keptCheckpoint } from '../native/durable/checkpoint';

import type { RunEnd } from './node_run';
import { keepHours, listOfExecution, nameOfJob } from './run_store';
import { worker } from './worker';

/** Run keys may be numbers, e.g. order numbers. An empty text: there is no key. */
export function textOfRunKey(value: unknown): string {
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** What Start returns to the flow and Collect accepts: no store is needed. */
export interface FlowCheckpoint {
    run_key: string | number;
    /** Its action id. */
    node?: string;
    input: IDataObject;
    checkpoint: object | null;
    /** An ISO date. Those of earlier versions lack it. */
    started_at?: string;
    /** Of a run that was done when it was started: its name is one that was used before. */
    output?: IDataObject;
}

export interface Collectable {
    runKey: string;
    node?: string;
    input: IDataObject;
    checkpoint: Checkpoint | null;
    jobId: string | null;
    startedAt?: string;
    output: IDataObject | null;
    warnings: IDataObject[];
    failure?: ErrorFields | null;
}

export interface Patience {
    /** How long to wait for a run that is still rendering. */
    waitMs: number;
    /** Since its start; a run that is still rendering then is a failure. */
    giveUpAfterHours: number;
    signal?: AbortSignal;
}

export interface CollectFailure {
    status: 'failed';
    runKey: string;
    node?: string;
    jobId: string | null;
    error: unknown;
}

/** There is nothing to collect; the message says why and what to do. */
export class NotCollectable extends Error {}

function notKept(what: string, toCheck: string) {
    return new NotCollectable(`No run ${what} is kept. Check ${toCheck}; runs are kept for a limited time (${keepHours}).`);
}

function parsed(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

function checkpointIn(value: unknown) {
    const given = typeof value === 'string' ? parsed(value) : value;
    return (given ?? {}) as Partial<FlowCheckpoint>;
}

/** `value`: the checkpoint of the Start operation, or its JSON. */
export function fromFlow(value: unknown): Collectable {
    const { node, input, output = null, ...more } = checkpointIn(value);
    const runKey = textOfRunKey(more.run_key);
    const kept = keptCheckpoint(more.checkpoint);
    if (runKey === '' || typeof input !== 'object' || typeof output !== 'object' || (kept ?? output) === null) {
        throw new NotCollectable('This is not a checkpoint: pass on the checkpoint of the Start operation, unchanged.');
    }
    const jobId = kept?.jobId ?? null;
    return { runKey, node, input, checkpoint: kept, jobId, startedAt: more.started_at, output, warnings: [] };
}

/** A run that was found without its start has that of the checkpoint which came with it. */
export function withStartFrom(checkpoint: unknown, run: Collectable): Collectable {
    const { run_key: runKey, started_at: startedAt } = checkpointIn(checkpoint);
    return textOfRunKey(runKey) === run.runKey ? { ...run, startedAt: run.startedAt ?? startedAt } : run;
}

/** What `fromFlow` takes. */
export function forFlow(end: RunEnd): FlowCheckpoint {
    const { runKey, node, input, checkpoint, startedAt } = end;
    const output = end.status === 'succeeded' ? { output: end.output } : {};
    return { run_key: runKey, node, input, checkpoint, started_at: startedAt, ...output };
}

export async function findByRunKey(runKey: string): Promise<Collectable> {
    const record = await worker.store.find(runKey);
    if (record === null) {
        throw notKept(runKey, 'the run key');
    }
    return record;
}

export async function findByJob(jobId: string): Promise<Collectable> {
    const runKey = await worker.store.findRunKey(nameOfJob(jobId));
    if (runKey === null) {
        throw notKept(`with the job ${jobId}`, "the job's id");
    }
    return await findByRunKey(runKey);
}

const inTheirOrder = (one: string, other: string) => one.localeCompare(other, 'en', { numeric: true });

/** The runs kept of an execution, in the order of their items. */
export async function findByExecution(executionId: string): Promise<Collectable[]> {
    const runKeys = await worker.store.listed(listOfExecution(executionId));
    const records = await Promise.all(runKeys.sort(inTheirOrder).map((runKey) => worker.store.find(runKey)));
    const found = records.filter((record) => record !== null);
    if (found.length === 0) {
        throw notKept(`of the execution ${executionId}`, "the execution's number");
    }
    return found;
}

const isNothingToCollect = (error: unknown): error is RunError =>
    error instanceof RunError && error.code === 'nothing_to_collect';

export function failureOf({ runKey, node, jobId, failure }: Collectable, error: unknown): CollectFailure {
    // That the job was never made says more than that it may have been.
    const isNothing = error instanceof NotCollectable || (isNothingToCollect(error) && error.charged !== 'no');
    const reason = failure && isNothing ? new RunError(failure) : error;
    return { status: 'failed', runKey, node, jobId, error: reason };
}

function givenUp(runKey: string, jobId: string | null, hours: number) {
    return new RunError({
        type: 'Still Rendering',
        code: 'still_rendering',
        message:
            `${hours} h after its start, the run is still rendering, and Collect gives up. ` +
            `${jobId === null ? 'It' : `Its job ${jobId}`} is kept, and nothing was submitted again.`,
        cause: 'The service has not finished the job within the time that Give Up After allows',
        solution:
            `Collect it later, by its checkpoint or its run key ${runKey}. ` +
            "To go on asking for longer, raise Give Up After in the node's options",
        retryable: true,
        job_id: jobId,
    });
}

const hour = 3600 * 1000;

/** A run of unknown start is as old as its first look: what Collect returns has that time. */
const startOf = (startedAt: unknown) => new Date(Date.parse(String(startedAt)) || Date.now());

/** `actionId`: the collecting node's; it may collect what another node of the module has started. */
export async function collectRun(
    actionId: string,
    { runKey, node = actionId, input, checkpoint, jobId, startedAt, output, warnings }: Collectable,
    connection: IDataObject | undefined,
    { waitMs, giveUpAfterHours, signal }: Patience,
): Promise<RunEnd> {
    const known = { runKey, node, jobId, input, checkpoint, startedAt };
    if (output !== null) {
        return { status: 'succeeded', ...known, output, isKept: true, warnings };
    }
    const noJobYet = () =>
        new NotCollectable(
            `The run ${runKey} has no job yet, and Collect submits none. Repeat the execution that started it.`,
        );
    if (checkpoint === null) {
        throw noJobYet();
    }
    // Also where it says that nothing was submitted: it may still lead to a job that a wrong description has
    // called failed.
    const collecting = worker.session.execute({
        node,
        input,
        connection,
        runKey,
        checkpoint,
        collectOnly: true,
        suspend: { afterMs: waitMs },
        signal,
    });
    const result = await collecting.catch((error: unknown) => {
        throw checkpoint.submission === 'no' && isNothingToCollect(error) ? noJobYet() : error;
    });
    const warningsNow = result.warnings as unknown as IDataObject[];
    if (result.outcome === 'succeeded') {
        return { status: 'succeeded', ...known, output: result.output as IDataObject, isKept: false, warnings: warningsNow };
    }
    const latest = result.checkpoint ?? checkpoint;
    const start = startOf(startedAt);
    const asOfNow = { ...known, jobId: latest.jobId ?? jobId, checkpoint: latest, startedAt: start.toISOString() };
    if (Date.now() - start.getTime() > giveUpAfterHours * hour) {
        throw givenUp(runKey, asOfNow.jobId, giveUpAfterHours);
    }
    return { status: 'rendering', ...asOfNow, resumeAfterMs: result.resumeAfterMs, warnings: warningsNow };
}
