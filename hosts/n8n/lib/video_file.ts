// The video as n8n binary data. It is streamed where n8n's binary mode streams, and never larger than was allowed.
import { Transform, type Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

import type { IBinaryData, IDataObject, IExecuteFunctions } from 'n8n-workflow';

const downloadTimeoutMs = 300_000;
/** Between the tries of a download. */
const pausesMs = [1000, 3000];

export class VideoTooLarge extends Error {
    constructor(url: string, limit: number) {
        super(`The video at ${url} is larger than ${limit / 2 ** 20} MiB. Raise the largest size in the node's options.`);
    }
}

/** No container of videos begins with it; pages do, those that ask for a sign-in among them. */
const beginsAsPage = (chunk: Buffer) => /^[\s\uFEFF]*</.test(chunk.toString('utf8', 0, 256));

/** Fails unless the whole video comes through, and nothing else. `length`: what the answer says, if it does. */
function checked(limit: number, url: string, length: number | undefined) {
    let size = 0;
    return new Transform({
        transform(chunk: Buffer, _encoding, done) {
            if (size === 0 && beginsAsPage(chunk)) {
                done(new Error('the answer is a web page, not a video'));
                return;
            }
            size += chunk.length;
            done(size > limit ? new VideoTooLarge(url, limit) : null, chunk);
        },
        flush(done) {
            if (size === 0) {
                done(new Error('the answer is empty'));
            } else if (length !== undefined && size < length) {
                done(new Error(`the answer was cut off after ${size} of ${length} bytes`));
            } else {
                done();
            }
        },
    });
}

function fileNameOf(url: string): string {
    const last = new URL(url).pathname.split('/').pop() || 'video.mp4';
    try {
        return decodeURIComponent(last);
    } catch {
        return last; // a % that is no escape
    }
}

async function downloadVideo(
    context: IExecuteFunctions,
    url: string,
    limit: number,
    abortSignal: AbortSignal | undefined,
): Promise<IBinaryData> {
    const { body, headers } = (await context.helpers.httpRequest({
        url,
        headers: { 'Accept-Encoding': 'identity' }, // so that the length is that of the video
        encoding: 'stream',
        returnFullResponse: true,
        timeout: downloadTimeoutMs,
        abortSignal,
    })) as { body: Readable; headers: Record<string, string | undefined> };
    const type = headers['content-type']?.split(';')[0].trim().toLowerCase();
    const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
    if (length !== undefined && length > limit) {
        body.destroy();
        throw new VideoTooLarge(url, limit);
    }
    if (type === 'text/html') {
        body.destroy();
        throw new Error('the answer is a web page, not a video');
    }
    const whole = checked(limit, url, length);
    body.on('error', (error) => whole.destroy(error));
    body.on('close', () => body.readableEnded || whole.destroy(new Error('the answer was cut off')));
    whole.on('close', () => body.destroy());
    return await context.helpers.prepareBinaryData(body.pipe(whole), fileNameOf(url), type || 'video/mp4');
}

/**
 * The video's file, or why there is none after some tries, as a warning. Rejects only where it is too large, which the options
 * can change, or when the execution is cancelled.
 */
export async function fetchVideo(
    context: IExecuteFunctions,
    url: string,
    limit: number,
    abortSignal: AbortSignal | undefined,
): Promise<{ file: IBinaryData; warning?: undefined } | { file?: undefined; warning: IDataObject }> {
    for (let tries = 1; ; ++tries) {
        try {
            return { file: await downloadVideo(context, url, limit, abortSignal) };
        } catch (error) {
            abortSignal?.throwIfAborted();
            if (error instanceof VideoTooLarge) {
                throw error;
            }
            if (tries > pausesMs.length) {
                const reason = error instanceof Error ? error.message : String(error);
                const message =
                    `The video is made, but its file could not be downloaded in ${tries} tries (${reason}). ` +
                    'Its URL is in video; a Collect of this run tries the download again.';
                return { warning: { code: 'video_not_downloaded', message } };
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
