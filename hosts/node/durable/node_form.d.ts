/** What an output's URL leads to. */
export type MediaKind = 'video' | 'audio' | 'image' | 'file';

/** What of the addon's NodeDescriptor a form is made of. */
interface Described {
    inputSchema: object;
    outputSchema: object;
    categories: readonly string[];
    ui: object;
    examples: readonly object[];
    price: object | null;
}

/** By the service's list; not both are null. */
interface Price {
    credits: number | null;
    dollars: number | null;
}

/** The form of a node. `mediaOutputs`: the outputs that are the URL of a file, the surest first. */
export function formOf(descriptor: Described): {
    mediaOutputs: { name: string; kind: MediaKind }[];
    price: Price | null;
};
