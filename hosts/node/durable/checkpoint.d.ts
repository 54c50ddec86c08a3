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

/**
 * What a run that failed or was suspended can be resumed from: the checkpoint of its error or result, or the run's own,
 * `before`, if it did not even begin, or is suspended and says no more.
 */
export function checkpointAfter(
    ending: { outcome?: string; checkpoint?: Checkpoint | null },
    before: Checkpoint | null,
): Checkpoint | null;
