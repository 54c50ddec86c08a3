// A file of an incoming item as an input of a run. It is read when the module asks for it: not before its run's turn has come,
// and not for a run whose job is submitted already.
import { createHash } from 'node:crypto';

import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { RunError, prepareImage, type AttachedFile, type AttachmentRequest } from '../native/addon';

import { limited } from './limited';

export type Attachments = { [name: string]: (request: AttachmentRequest) => Promise<AttachedFile> };

/** Of the process: each is a stream from a disk, a database or S3. */
const digest = limited(4);

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
    return hash.digest('hex').slice(0, 32);
}

async function sourceOf({ helpers }: IExecuteFunctions, { id, data }: Kept): Promise<Buffer | string> {
    if (id === undefined) {
        return Buffer.from(data, 'base64');
    }
    return id.startsWith('filesystem') ? helpers.getBinaryPath(id) : await helpers.binaryToBuffer(await helpers.getBinaryStream(id));
}

const isImage = (type: string) => type.startsWith('image/');

function fileNotGiven(input: string, error: unknown) {
    const reason = error instanceof Error ? error.message : String(error);
    return new RunError({
        type: 'File Not Given',
        code: 'file_not_given',
        message: `There is no file for the input ${input}: ${reason}`,
        cause: 'The item has no such file, or n8n keeps it no longer',
        solution: 'See that the item that comes into the node has the file in the binary field that the node names',
        retryable: false,
        charged: 'no',
        details: [{ path: `/${input}`, message: reason }],
    });
}

/**
 * The file that the node's parameter names, or is, as what stands for it in the input, and how the module gets it. Rejects, before
 * anything is paid, if the item has no such file.
 */
export async function attachedFile(context: IExecuteFunctions, item: number, input: string, parameter: string | IBinaryData) {
    try {
        const file = context.helpers.assertBinaryData(item, parameter);
        const name = `${input}~${await digest(() => digestOf(context, file))}`;
        const open = async (request: AttachmentRequest) => {
            const source = await sourceOf(context, file);
            return request.mediaTypes.every(isImage) ? await prepareImage(source, request) : source;
        };
        return { reference: `attachment:${encodeURIComponent(name)}`, attachments: { [name]: open } satisfies Attachments };
    } catch (error) {
        throw fileNotGiven(input, error);
    }
}
