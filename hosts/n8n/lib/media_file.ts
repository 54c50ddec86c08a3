// A run's output as n8n binary data, e.g. a video, and what is said of it. It is streamed if n8n's binary mode streams, and never
// exceeds the limit.
import { PassThrough, Readable, pipeline } from 'node:stream';

import type { IBinaryData, IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { MediaKind } from '../native/durable/node_form';
import { FileFacts, type FactsOfFile } from '../native/media/file_facts';
import { faultOfContent, keptExtension, plainType, saysNothing, tellingBeginning } from '../native/media/media_content';
import { hasExpired } from '../native/media/url_expiry';

import { Refused, Tries, continued, lengthOf, type Ask, type Reply } from './continued_download';

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

/** The file's type if the service does not say it. */
const usualType: Record<MediaKind, string> = {
    video: 'video/mp4',
    audio: 'audio/mpeg',
    image: 'image/png',
    file: 'application/octet-stream',
};

class MediaTooLarge extends Error {
    constructor(limit: number) {
        super(`it is larger than ${limit / 2 ** 20} MiB, which Largest File in the node's options can raise`);
    }
}

/** Passes the bytes on, as long as they are the file's and not more than the limit. `facts` gets them too. */
async function* checked(
    bytes: AsyncIterable<Buffer>,
    { media, limit, contentType }: { media: Media; limit: number; contentType: string | undefined },
    facts: FileFacts,
): AsyncGenerator<Buffer> {
    const asFile = (beginning: Buffer) => {
        const fault = faultOfContent(media.kind, contentType, beginning.subarray(0, tellingBeginning));
        if (fault) {
            throw new Error(fault);
        }
        return beginning;
    };
    let beginning: Buffer | null = Buffer.alloc(0);
    for await (const chunk of bytes) {
        facts.write(chunk);
        if (facts.bytes > limit) {
            throw new MediaTooLarge(limit);
        }
        if (beginning === null) {
            yield chunk;
            continue;
        }
        beginning = Buffer.concat([beginning, chunk]);
        if (beginning.length >= tellingBeginning) {
            yield asFile(beginning);
            beginning = null;
        }
    }
    if (facts.bytes === 0) {
        throw new Error('the reply is empty');
    }
    if (beginning !== null) {
        yield asFile(beginning);
    }
}

function fileNameOf({ kind, url }: Media): string {
    const last = new URL(url).pathname.split('/').pop() || kind;
    const extension = `.${keptExtension(kind, url)}`;
    const name = last.toLowerCase().endsWith(extension) ? last : `${last}${extension}`;
    try {
        return decodeURIComponent(name);
    } catch {
        return name; // a % that is not an escape
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

export interface Fetched {
    file: IBinaryData;
    facts: FactsOfFile;
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
    const contentType = reply.headers['content-type'];
    const isTooLarge = (lengthOf(reply) ?? 0) > limit;
    const fault = faultOfContent(media.kind, contentType, Buffer.alloc(0));
    if (isTooLarge || fault) {
        reply.body.destroy();
        throw isTooLarge ? new MediaTooLarge(limit) : new Error(fault);
    }
    const facts = new FileFacts();
    const whole = checked(continued(reply, ask, tries, silenceMs), { media, limit, contentType }, facts);
    const type = saysNothing(contentType) ? usualType[media.kind] : plainType(contentType);
    const stream = new PassThrough();
    // At once, whenever n8n begins to read: a reply that is cut off loses what nobody has read. What goes wrong is an error of
    // the stream.
    pipeline(Readable.from(whole, { objectMode: false }), stream, () => {});
    const file = await context.helpers.prepareBinaryData(stream, fileNameOf(media), type);
    return { file, facts: facts.facts() };
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
    const code = `${kind}_not_downloaded`;
    if (isRefused) {
        const message =
            `The ${kind} is made, but the URL in ${name} does not give its file (${reason}); it may have expired. ` +
            'Collect this run again: it asks the service for a new URL.';
        return { isRefused, warning: { code, message } };
    }
    const attempts = error instanceof MediaTooLarge ? '' : ` in ${tries} attempts`;
    const message =
        `The ${kind} is made, but its file could not be downloaded${attempts} (${reason}). ` +
        `Its URL is in ${name}; to download it again, collect this run.`;
    return { isRefused, warning: { code, message } };
}

/** The file, or a warning that says why it could not be downloaded. Rejects only if the execution is cancelled. */
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
            if (error instanceof MediaTooLarge || !(await tries.another(error))) {
                return notFetched(media, error, tries.made);
            }
        }
    }
}
