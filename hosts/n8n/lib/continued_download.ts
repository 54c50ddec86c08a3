// A file's bytes, over as many replies as it takes: a reply that is cut off is continued where it ended, if the server has
// said that it can do that.
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

/** Between tries. */
const pausesMs = [1000, 3000];

export interface Reply {
    body: Readable;
    headers: Record<string, string | undefined>;
}

/** Asks for the file. Rejects unless the status is one of success. */
export type Ask = (headers: Record<string, string>) => Promise<Reply>;

/** The server does not give the file. `isFinal`: it will not if it is asked again. */
export class Refused extends Error {
    constructor(
        message: string,
        readonly isFinal: boolean,
    ) {
        super(message);
    }
}

/** The tries that a download has, whether they begin anew or continue. */
export class Tries {
    made = 1;

    constructor(private readonly signal: AbortSignal | undefined) {}

    /** Whether there is another one after the error, when it is time for it. Rejects when the execution is cancelled. */
    async another(error: unknown) {
        this.signal?.throwIfAborted();
        if ((error instanceof Refused && error.isFinal) || this.made > pausesMs.length) {
            return false;
        }
        await pause(pausesMs[this.made - 1], undefined, { signal: this.signal });
        this.made += 1;
        return true;
    }
}

/** As the reply states it, if it does. */
export function lengthOf({ headers }: Reply): number | undefined {
    return headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
}

/** What If-Range takes, so that no part of another file is put behind the first one's; null: the reply cannot be continued. */
function validatorOf({ headers }: Reply) {
    const { etag, 'last-modified': date, 'accept-ranges': ranges } = headers;
    const isStrong = etag !== undefined && !etag.startsWith('W/');
    return ranges?.trim().toLowerCase() === 'bytes' ? (isStrong ? etag : date) ?? null : null;
}

/** The file is another one by now. */
class CannotContinue extends Error {}

async function rest(ask: Ask, from: number, validator: string): Promise<Reply> {
    const reply = await ask({ Range: `bytes=${from}-`, 'If-Range': validator });
    if (!reply.headers['content-range']?.startsWith(`bytes ${from}-`)) {
        reply.body.destroy();
        throw new CannotContinue('the file has changed while it was downloaded');
    }
    return reply;
}

/** The HTTP client's own time-out ends with the headers. */
async function* bytesOf(body: Readable, silenceMs: number): AsyncGenerator<Buffer> {
    const silent = () => body.destroy(new Error(`nothing more arrived for ${silenceMs / 1000} s`));
    const timer = setTimeout(silent, silenceMs);
    try {
        for await (const chunk of body) {
            timer.refresh();
            yield chunk as Buffer;
        }
    } finally {
        clearTimeout(timer);
    }
}

/** `first`: the reply to the first try, from which the file's length and validator are. */
export async function* continued(first: Reply, ask: Ask, tries: Tries, silenceMs: number): AsyncGenerator<Buffer> {
    const length = lengthOf(first);
    const validator = validatorOf(first);
    let size = 0;
    let reply: Reply | undefined = first;
    for (;;) {
        try {
            reply ??= await rest(ask, size, validator as string);
            for await (const chunk of bytesOf(reply.body, silenceMs)) {
                size += chunk.length;
                yield chunk;
            }
            if (length === undefined || size >= length) {
                return;
            }
            throw new Error(`the reply was cut off after ${size} of ${length} bytes`);
        } catch (error) {
            const mayContinue = validator !== null && size > 0 && !(error instanceof CannotContinue);
            if (!mayContinue || !(await tries.another(error))) {
                throw error;
            }
            reply = undefined;
        }
    }
}
