import type { Hash } from 'node:crypto';

import type { AttachedFile, AttachmentRequest } from '../addon';

/** What tells the file from another. */
export function digestText(sha256: Hash): string;

/** Of the file of that input. `digest`: as above, or null where it is not known. */
export function attachmentName(input: string, digest: string | null): string;

/** What stands for the file in the input. */
export function referenceTo(name: string): string;

export function isReference(value: unknown): value is string;

/** The file, as the service takes it. */
export function fileFor(request: AttachmentRequest, source: AttachedFile, name?: string | null): Promise<AttachedFile>;
