/** A function that runs the given works, at most `width` of them at once, in order. */
export function atOnce(width: number): <T>(work: () => Promise<T>) => Promise<T>;
