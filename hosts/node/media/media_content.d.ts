import type { MediaKind } from '../durable/node_form';

export declare const tellingBeginning: number;
export declare function plainType(contentType: string | undefined): string;
/** As the end of a sentence; '': it may be the file. */
export declare function faultOfContent(kind: MediaKind, contentType: string | undefined, beginning: Buffer): string;
export declare function keptExtension(kind: MediaKind, url: string): string;
