// A run's output as n8n binary data, e.g. a video. It is streamed if n8n's binary mode streams, and never exceeds the limit.
import { Readable, Transform, pipeline } from 'node:stream';

import type { IBinaryData, IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { MediaKind } from '../native/durable/node_form';

import { Refused, Tries, continued, lengthOf, type Ask, type Reply } from './continued_download';
import { hasExpired } from './url_expiry';

const replyTimeoutMs = 300_000;
/** Of a reply that has begun. */
const longestSilenceMs = 60_000;
const gone = [401, 403, 404, 410];

/** The output that is the URL of a file. */
export interface Media {
    /** The output's name. */
    name: string;
    kind: MediaKind;
    url: string;
    /** The URL is from an earlier time, and may have expired since. */
    isKept: boolean;
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

/** Fails unless it is the file, and no larger than the limit. `size`: what has arrived. */
class Checked extends Transform {
    size = 0;

    constructor(
        private readonly limit: number,
        private readonly media: Media,
    ) {
        super();
    }

    override _transform(chunk: Buffer, _encoding: string, done: (error: Error | null, chunk?: Buffer) => void) {
        if (this.size === 0 && beginsAsPage(chunk, this.media)) {
            done(aPage(this.media));
            return;
        }
        this.size += chunk.length;
        done(this.size > this.limit ? new MediaTooLarge(this.media, this.limit) : null, chunk);
    }

    override _flush(done: (error: Error | null) => void) {
        done(this.size === 0 ? new Error('the reply is empty') : null);
    }
}

function fileNameOf({ kind, url }: Media): string {
    const last = new URL(url).pathname.split('/').pop() || usual[kind].fileName;
    try {
        return decodeURIComponent(last);
    } catch {
        return last; // a % that is not an escape
    }
}

function askFor(context: IExecuteFunctions, { url, isKept }: Media, abortSignal: AbortSignal | undefined): Ask {
    return async (headers) => {
        const reply = (await context.helpers.httpRequest({
            url,
            headers: { 'Accept-Encoding': 'identity', ...headers }, // so that the length is that of the file
            encoding: 'stream',
            returnFullResponse: true,
            ignoreHttpStatusErrors: true,
            timeout: replyTimeoutMs,
            abortSignal,
        })) as Reply & { statusCode: number };
        const { statusCode: status } = reply;
        if (status < 200 || status >= 300) {
            reply.body.destroy();
            const message = `HTTP ${status}`;
            // A store of files may not know a new file everywhere at once.
            throw gone.includes(status) ? new Refused(message, isKept || hasExpired(url)) : new Error(message);
        }
        return reply;
    };
}

/** The file, and its size. */
export interface Fetched {
    file: IBinaryData;
    bytes: number;
}

async function download(
    context: IExecuteFunctions,
    media: Media,
    limit: number,
    tries: Tries,
    { abortSignal, silenceMs = longestSilenceMs }: Bounds,
): Promise<Fetched> {
    const ask = askFor(context, media, abortSignal);
    const reply = await ask({});
    const type = reply.headers['content-type']?.split(';')[0].trim().toLowerCase();
    if ((lengthOf(reply) ?? 0) > limit) {
        reply.body.destroy();
        throw new MediaTooLarge(media, limit);
    }
    if (type === 'text/html') {
        reply.body.destroy();
        throw aPage(media);
    }
    const whole = new Checked(limit, media);
    // What goes wrong is an error of `whole`, which n8n reads.
    pipeline(Readable.from(continued(reply, ask, tries, silenceMs), { objectMode: false }), whole, () => {});
    const file = await context.helpers.prepareBinaryData(whole, fileNameOf(media), type || usual[media.kind].type);
    return { file, bytes: whole.size };
}

export interface Bounds {
    abortSignal: AbortSignal | undefined;
    /** How long a reply may pause. */
    silenceMs?: number;
}

/** Why there is no file. `isRefused`: its URL is not valid, or no longer. */
export interface NotFetched {
    file?: undefined;
    isRefused: boolean;
    warning: IDataObject;
}

function notFetched({ name, kind }: Media, error: unknown, tries: number): NotFetched {
    const reason = error instanceof Error ? error.message : String(error);
    const isRefused = error instanceof Refused;
    const message = isRefused
        ? `The ${kind} is made, but the URL in ${name} does not give its file (${reason}); it may have expired. ` +
          'Collect this run again: it asks the service for a new URL.'
        : `The ${kind} is made, but its file could not be downloaded in ${tries} attempts (${reason}). ` +
          `Its URL is in ${name}; to download it again, collect this run.`;
    return { isRefused, warning: { code: `${kind}_not_downloaded`, message } };
}

/**
 * The file, or a warning that says why it could not be downloaded. Rejects only if the file is too large, which the options
 * can change, or if the execution is cancelled.
 */
export async function fetchMedia(
    context: IExecuteFunctions,
    media: Media,
    limit: number,
    bounds: Bounds,
): Promise<Fetched | NotFetched> {
    const tries = new Tries(bounds.abortSignal);
    for (;;) {
        try {
            return await download(context, media, limit, tries, bounds);
        } catch (error) {
            if (error instanceof MediaTooLarge) {
                throw error;
            }
            if (!(await tries.another(error))) {
                return notFetched(media, error, tries.made);
            }
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
