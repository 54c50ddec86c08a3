// A file of an incoming item as an input of a run. It is read when the module asks for it: not before its run's turn has come,
// and not for a run whose job is submitted already.
import { createHash } from 'node:crypto';

import type { IBinaryData, IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { RunError, type AttachedFile, type AttachmentRequest } from '../native/addon';
import { atOnce } from '../native/durable/at_once';
import { attachmentName, digestText, fileFor, isReference, referenceTo } from '../native/durable/attached_file';

export type Attachments = { [name: string]: (request: AttachmentRequest) => Promise<AttachedFile> };

/** What is known of an earlier attempt of the run. */
export interface EarlierAttempt {
    /** There may be one whose name nobody knows without the file. */
    isLikely: boolean;
    /** Of the one with the same run key. */
    input: () => Promise<IDataObject | undefined>;
}

/** Of the process: each is a stream from a disk, a database or S3. */
const digest = atOnce(4);

/** Where n8n keeps the file; without an id, it is in the item. */
type Kept = Pick<IBinaryData, 'id' | 'data'>;

/** A repeated run is the same one only if its file is, whatever n8n calls it by then. */
async function digestOf({ helpers }: IExecuteFunctions, { id, data }: Kept) {
    const hash = createHash('sha256');
    if (id === undefined) {
        hash.update(data, 'base64');
    } else {
        for await (const chunk of await helpers.getBinaryStream(id)) {
            hash.update(chunk as Buffer);
        }
    }
    return digestText(hash);
}

async function sourceOf({ helpers }: IExecuteFunctions, { id, data }: Kept): Promise<Buffer | string> {
    if (id === undefined) {
        return Buffer.from(data, 'base64');
    }
    return id.startsWith('filesystem') ? helpers.getBinaryPath(id) : await helpers.binaryToBuffer(await helpers.getBinaryStream(id));
}

function fileNotGiven(input: string, error: unknown, charged: 'no' | 'unknown') {
    const reason = error instanceof Error ? error.message : String(error);
    return new RunError({
        type: 'File Not Given',
        code: 'file_not_given',
        message: `There is no file for the input ${input}: ${reason}`,
        cause: 'The item has no such file, or n8n keeps it no longer',
        solution: 'See that the item that comes into the node has the file in the binary field that the node names',
        retryable: false,
        charged,
        details: [{ path: `/${input}`, message: reason }],
    });
}

/**
 * The file that the node's parameter names, or is, as what stands for it in the input, and how the module gets it. Where the item
 * has it no longer, it is that of the earlier attempt, which may be done with it; without one it rejects, before anything is paid.
 */
export async function attachedFile(
    context: IExecuteFunctions,
    item: number,
    input: string,
    parameter: string | IBinaryData,
    earlier: EarlierAttempt,
): Promise<{ reference: string; attachments: Attachments }> {
    try {
        const file = context.helpers.assertBinaryData(item, parameter);
        const name = attachmentName(input, await digest(() => digestOf(context, file)));
        // Where n8n has the file on its disk, the path says nothing to people.
        const shown = file.fileName || 'The image';
        const open = async (request: AttachmentRequest) => await fileFor(request, await sourceOf(context, file), shown);
        return { reference: referenceTo(name), attachments: { [name]: open } };
    } catch (error) {
        const reference = (await earlier.input())?.[input];
        if (isReference(reference)) {
            return { reference, attachments: {} };
        }
        throw fileNotGiven(input, error, earlier.isLikely ? 'unknown' : 'no');
    }
}
