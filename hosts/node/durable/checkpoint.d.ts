/** A Checkpoint of the addon's. */
interface Checkpoint {
    submission: 'no' | 'maybe' | 'yes';
    jobId: string | null;
    json: string;
}

/**
 * The checkpoint that was read from a record, or that a flow passed on; null: it is none. One of a version that kept the
 * module's text alone may have submitted a job: "maybe".
 */
export function keptCheckpoint(kept: unknown): Checkpoint | null;

/** What a failed run can be resumed from: the error's checkpoint, or the run's own, `before`, if it did not even begin. */
export function checkpointAfter(error: { checkpoint?: Checkpoint | null }, before: Checkpoint | null): Checkpoint | null;
