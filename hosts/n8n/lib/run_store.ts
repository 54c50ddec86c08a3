// Where runs are kept, so that they go on in another process, or on another machine.
import type { IDataObject } from 'n8n-workflow';

import type { ErrorFields } from '../native/addon';

/** What is known of a run. Holds no secret but what its inputs hold. */
export interface RunRecord {
    runKey: string;
    /** The action id of the node that it is a run of; an earlier version, which had one node, did not say. */
    node?: string;
    /** What it was started with: a checkpoint is worth something with these inputs only. */
    input: IDataObject;
    /** The module's, to go on from; null: nothing may have been submitted. */
    checkpoint: object | null;
    jobId: string | null;
    /** Of a run that has succeeded: whoever repeats it gets the same. */
    output: IDataObject | null;
    warnings: IDataObject[];
    /** The error's fields of a run that has failed, for whoever shares the run. */
    failure: ErrorFields | null;
}

/** The right to act for a run. One process has it at a time; one that freezes may lose it. */
export interface Claim {
    /** As it was when the claim was made. */
    readonly record: RunRecord | null;
    /** Somebody else has the run now. */
    readonly lost: boolean;
    /** Resolves when the record is kept durably. Rejects with ClaimLost, or when the store does not answer. */
    keep(record: RunRecord): Promise<void>;
    /** Gives the run up. null: nothing of it is worth keeping. Does nothing to a run that somebody else has. */
    release(record: RunRecord | null): Promise<void>;
}

export class ClaimLost extends Error {
    constructor(runKey: string) {
        super(`The run ${runKey} is another worker's by now`);
    }
}

export interface RunStore {
    /** Waits while somebody else has the run; rejects with the signal's reason when it is aborted. */
    claim(runKey: string, signal?: AbortSignal): Promise<Claim>;
    find(runKey: string): Promise<RunRecord | null>;
    /** Lets a run be found by another name, e.g. its job's. */
    addName(name: string, runKey: string): Promise<void>;
    findRunKey(name: string): Promise<string | null>;
    /** Enters a run into a list, e.g. its execution's. */
    addToList(list: string, runKey: string): Promise<void>;
    /** The keys of the runs in the list, in no order. */
    listed(list: string): Promise<string[]>;
}

export const nameOfJob = (jobId: string) => `job:${jobId}`;
export const listOfExecution = (executionId: string) => `execution:${executionId}`;

const hour = 3600 * 1000;

/** How long a run is kept after it was last heard of. */
export function keepingTimeMs(environment: NodeJS.ProcessEnv = process.env): number {
    const hours = Number(environment.IMAGE_TO_VIDEO_KEEP_HOURS ?? 168);
    if (!(hours > 0)) {
        throw new Error('IMAGE_TO_VIDEO_KEEP_HOURS must be a number of hours above 0');
    }
    return hours * hour;
}
