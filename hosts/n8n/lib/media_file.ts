// A run's output as n8n binary data, e.g. a video. It is streamed if n8n's binary mode streams, and never exceeds the limit.
import { Transform, type Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

import type { IBinaryData, IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { MediaKind } from '../native/durable/node_form';

const downloadTimeoutMs = 300_000;
/** Between download attempts. */
const pausesMs = [1000, 3000];

/** The output that is the URL of a file. */
export interface Media {
    /** The output's name. */
    name: string;
    kind: MediaKind;
    url: string;
}

/** The file's name and type if the service does not say. */
const usual: Record<MediaKind, { fileName: string; type: string }> = {
    video: { fileName: 'video.mp4', type: 'video/mp4' },
    audio: { fileName: 'audio.mp3', type: 'audio/mpeg' },
    image: { fileName: 'image.png', type: 'image/png' },
    file: { fileName: 'file', type: 'application/octet-stream' },
};

export class MediaTooLarge extends Error {
    constructor({ kind, url }: Media, limit: number) {
        super(`The ${kind} at ${url} is larger than ${limit / 2 ** 20} MiB. Raise Largest File in the node's options.`);
    }
}

/** Web pages begin like this, e.g. sign-in pages; of media files, only XML images do. */
function beginsAsPage(chunk: Buffer, { kind }: Media) {
    const mayBeXml = kind === 'image' || kind === 'file';
    return (mayBeXml ? /^[\s\uFEFF]*<(?!\?xml|svg)/i : /^[\s\uFEFF]*</).test(chunk.toString('utf8', 0, 256));
}

const aPage = ({ kind }: Media) => new Error(`the reply is a web page, not the ${kind}`);

/** Fails unless exactly the whole file arrives. `length`: as the reply states it, if it does. */
function checked(limit: number, media: Media, length: number | undefined) {
    let size = 0;
    return new Transform({
        transform(chunk: Buffer, _encoding, done) {
            if (size === 0 && beginsAsPage(chunk, media)) {
                done(aPage(media));
                return;
            }
            size += chunk.length;
            done(size > limit ? new MediaTooLarge(media, limit) : null, chunk);
        },
        flush(done) {
            if (size === 0) {
                done(new Error('the reply is empty'));
            } else if (length !== undefined && size < length) {
                done(new Error(`the reply was cut off after ${size} of ${length} bytes`));
            } else {
                done();
            }
        },
    });
}

function fileNameOf({ kind, url }: Media): string {
    const last = new URL(url).pathname.split('/').pop() || usual[kind].fileName;
    try {
        return decodeURIComponent(last);
    } catch {
        return last; // a % that is not an escape
    }
}

async function download(
    context: IExecuteFunctions,
    media: Media,
    limit: number,
    abortSignal: AbortSignal | undefined,
): Promise<IBinaryData> {
    const { body, headers } = (await context.helpers.httpRequest({
        url: media.url,
        headers: { 'Accept-Encoding': 'identity' }, // so that the length is that of the file
        encoding: 'stream',
        returnFullResponse: true,
        timeout: downloadTimeoutMs,
        abortSignal,
    })) as { body: Readable; headers: Record<string, string | undefined> };
    const type = headers['content-type']?.split(';')[0].trim().toLowerCase();
    const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
    if (length !== undefined && length > limit) {
        body.destroy();
        throw new MediaTooLarge(media, limit);
    }
    if (type === 'text/html') {
        body.destroy();
        throw aPage(media);
    }
    const whole = checked(limit, media, length);
    body.on('error', (error) => whole.destroy(error));
    body.on('close', () => body.readableEnded || whole.destroy(new Error('the reply was cut off')));
    whole.on('close', () => body.destroy());
    return await context.helpers.prepareBinaryData(body.pipe(whole), fileNameOf(media), type || usual[media.kind].type);
}

/**
 * The file, or a warning that says why it could not be downloaded. Rejects only if the file is too large, which the options
 * can change, or if the execution is cancelled.
 */
export async function fetchMedia(
    context: IExecuteFunctions,
    media: Media,
    limit: number,
    abortSignal: AbortSignal | undefined,
): Promise<{ file: IBinaryData; warning?: undefined } | { file?: undefined; warning: IDataObject }> {
    const { name, kind } = media;
    for (let tries = 1; ; ++tries) {
        try {
            return { file: await download(context, media, limit, abortSignal) };
        } catch (error) {
            abortSignal?.throwIfAborted();
            if (error instanceof MediaTooLarge) {
                throw error;
            }
            if (tries > pausesMs.length) {
                const reason = error instanceof Error ? error.message : String(error);
                const message =
                    `The ${kind} is made, but its file could not be downloaded in ${tries} attempts (${reason}). ` +
                    `Its URL is in ${name}; to download it again, collect this run.`;
                return { warning: { code: `${kind}_not_downloaded`, message } };
            }
            await pause(pausesMs[tries - 1], undefined, { signal: abortSignal });
        }
    }
}

/** At most `width` of the calls at once. */
export function limited(width: number) {
    let running = 0;
    const waiting: (() => void)[] = [];
    return async <T>(call: () => Promise<T>): Promise<T> => {
        if (running >= width) {
            await new Promise<void>((resolve) => waiting.push(resolve));
        } else {
            running += 1;
        }
        try {
            return await call();
        } finally {
            const next = waiting.shift();
            if (next) {
                next();
            } else {
                running -= 1;
            }
        }
    };
}
