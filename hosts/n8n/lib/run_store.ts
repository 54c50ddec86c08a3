// Where runs are kept, so that they can be resumed in another process or on another machine.
import type { IDataObject } from 'n8n-workflow';

import type { Checkpoint, ErrorFields } from '../native/addon';
import { keptCheckpoint } from '../native/durable/checkpoint';
import { storeName } from '../nodes/facts';

/** What is known about a run. It holds no secrets except those in its inputs. */
export interface RunRecord {
    runKey: string;
    /** Its node's action id. Records of versions that had only one node lack it. */
    node?: string;
    /** What it was started with: a checkpoint is valid only with these inputs. */
    input: IDataObject;
    /** To resume from; null: nothing can have been submitted. */
    checkpoint: Checkpoint | null;
    jobId: string | null;
    /** When its job was named, as an ISO date. Records of earlier versions lack it. */
    startedAt?: string;
    /** Of a run that has succeeded: repeating it returns the same. */
    output: IDataObject | null;
    warnings: IDataObject[];
    /** Of a run that has failed, for executions that share it. */
    failure: ErrorFields | null;
}

/** The record that a store has read, perhaps of an earlier version. */
export function readRecord(text: string, more: Partial<RunRecord> = {}): RunRecord {
    const record = { ...(JSON.parse(text) as RunRecord), ...more };
    return { ...record, checkpoint: keptCheckpoint(record.checkpoint) };
}

/** The right to act for a run. One process has it at a time; one that freezes may lose it. */
export interface Claim {
    /** As of the time of the claim. */
    readonly record: RunRecord | null;
    /** Another process has the run now. */
    readonly lost: boolean;
    /** Resolves when the record is kept durably. Rejects with ClaimLost, or when the store does not answer. */
    keep(record: RunRecord): Promise<void>;
    /** Releases the run. null: nothing is worth keeping. Does not touch a run that another process has. */
    release(record: RunRecord | null): Promise<void>;
}

export class ClaimLost extends Error {
    constructor(runKey: string) {
        super(`The run ${runKey} now belongs to another worker`);
    }
}

export interface RunStore {
    /** Waits while another process has the run; rejects with the signal's reason when it is aborted. */
    claim(runKey: string, signal?: AbortSignal): Promise<Claim>;
    find(runKey: string): Promise<RunRecord | null>;
    /** Makes a run findable by another name, e.g. its job's. */
    addName(name: string, runKey: string): Promise<void>;
    findRunKey(name: string): Promise<string | null>;
    /** Adds a run to a list, e.g. its execution's. */
    addToList(list: string, runKey: string): Promise<void>;
    /** The keys of the runs in the list, in no order. */
    listed(list: string): Promise<string[]>;
}

export const nameOfJob = (jobId: string) => `job:${jobId}`;
export const listOfExecution = (executionId: string) => `execution:${executionId}`;

const hour = 3600 * 1000;
/** IMAGE_TO_VIDEO_KEEP_HOURS in the project's own package. */
export const keepHours = `${storeName.toUpperCase().replaceAll('-', '_')}_KEEP_HOURS`;

/** How long a run is kept after its last change. */
export function keepingTimeMs(environment: NodeJS.ProcessEnv = process.env): number {
    const hours = Number(environment[keepHours] ?? 168);
    if (!(hours > 0)) {
        throw new Error(`${keepHours} must be a number of hours above 0`);
    }
    return hours * hour;
}
