/**
 * The job that a checkpoint goes on with, so that going on from it submits nothing. The module names it once it knows it;
 * in another state than this, going on may submit, whatever else the checkpoint holds, and there is nothing to collect.
 */
export function jobOf(checkpoint: object | null | undefined): string | null;

/** Whether a start from this checkpoint may lead to a job that was not there before. */
export function startsAnew(checkpoint: object | null | undefined): boolean;

/**
 * What a failed run can be gone on with: the error's checkpoint, or the run's own, `before`, where the run did not even
 * begin.
 */
export function checkpointAfter(
    error: { code?: string; checkpoint?: object | null },
    before: object | null | undefined,
): object | null;
