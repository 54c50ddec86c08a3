/** What an output's URL leads to. */
export type MediaKind = 'video' | 'audio' | 'image' | 'file';

/** The outputs that are the URL of a file, with what that is: as far as their schemas say so. */
export function mediaOutputs(outputSchema: { [keyword: string]: unknown }): { name: string; kind: MediaKind }[];
