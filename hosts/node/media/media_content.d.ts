import type { MediaKind } from '../durable/node_form';

export declare const tellingBeginning: number;
export declare function plainType(contentType: string | undefined): string;
/** Of what the file is. */
export declare function saysNothing(contentType: string | undefined): boolean;
/** As the end of a sentence; '': it may be the file. */
export declare function faultOfContent(kind: MediaKind, contentType: string | undefined, beginning: Buffer): string;
export declare function keptExtension(kind: MediaKind, url: string): string;
