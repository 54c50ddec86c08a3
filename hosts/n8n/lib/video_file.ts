// The video as n8n binary data. It is streamed where n8n's binary mode streams, and never larger than was allowed.
import { Transform, type Readable } from 'node:stream';

import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

const downloadTimeoutMs = 300_000;

export class VideoTooLarge extends Error {
    constructor(url: string, limit: number) {
        super(`The video at ${url} is larger than ${limit / 2 ** 20} MiB. Raise the largest size in the node's options.`);
    }
}

function boundedTo(limit: number, url: string) {
    let size = 0;
    return new Transform({
        transform(chunk: Buffer, _encoding, done) {
            size += chunk.length;
            done(size > limit ? new VideoTooLarge(url, limit) : null, chunk);
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

export async function downloadVideo(
    context: IExecuteFunctions,
    url: string,
    limit: number,
    abortSignal: AbortSignal | undefined,
): Promise<IBinaryData> {
    const response = (await context.helpers.httpRequest({
        url,
        encoding: 'stream',
        returnFullResponse: true,
        timeout: downloadTimeoutMs,
        abortSignal,
    })) as { body: Readable; headers: Record<string, string | undefined> };
    if (Number(response.headers['content-length'] ?? 0) > limit) {
        response.body.destroy();
        throw new VideoTooLarge(url, limit);
    }
    const bounded = boundedTo(limit, url);
    response.body.on('error', (error) => bounded.destroy(error));
    bounded.on('close', () => response.body.destroy());
    const type = response.headers['content-type']?.split(';')[0];
    return await context.helpers.prepareBinaryData(response.body.pipe(bounded), fileNameOf(url), type ?? 'video/mp4');
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
