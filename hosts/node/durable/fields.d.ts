/** What an output's URL leads to. */
export type MediaKind = 'video' | 'audio' | 'image' | 'file';

/**
 * The outputs that are the URL of a file, with what that is, as far as their schemas say so. The surest comes first: what a
 * schema states, its media type and its format, counts for more than the words of its name and texts.
 */
export function mediaOutputs(outputSchema: { [keyword: string]: unknown }): { name: string; kind: MediaKind }[];
