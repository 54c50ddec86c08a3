/**
 * The job that a run resumed from the checkpoint continues, submitting nothing. The module names it once it is known; in any
 * other state, resuming may submit, whatever else the checkpoint holds, and there is nothing to collect.
 */
export function jobOf(checkpoint: object | null | undefined): string | null;

/** Whether a start from this checkpoint begins a new job: none exists, or may exist, that it would continue. */
export function startsAnew(checkpoint: object | null | undefined): boolean;

/**
 * What a failed run can be resumed from: the error's checkpoint, or the run's own, `before`, if the run did not even begin.
 */
export function checkpointAfter(
    error: { code?: string; checkpoint?: object | null },
    before: object | null | undefined,
): object | null;
