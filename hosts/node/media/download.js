'use strict';
// Keeps the file behind a URL: on the disk or in memory. docs/keeping-videos.md says by which rules, which all hosts share.
const { setTimeout: pause } = require('node:timers/promises');

const { accessOf, faultOfRedirect, parseUrl } = require('./access');
const { FileProblem, sizeText, writeProblem } = require('./file_problem');
const { get, trustOf, usualLimits } = require('./http_get');
const { isInnerAddress, isLoopbackHost, withoutBrackets } = require('./inner_address');
const { faultOfContent, tellingBeginning } = require('./media_content');
const { expiryText } = require('./url_expiry');

const second = 1000;
const usualRules = {
    pausesMs: [second, 3 * second],
    inAllMs: 30 * 60 * second,
    /** Whether an address that was connected to is not of the public internet. */
    isInner: isInnerAddress,
    ...usualLimits,
};
const longestAskedPauseMs = 60 * second;

const isRedirect = (status) => [301, 302, 303, 307, 308].includes(status);

/** If-Range takes no weak tag. */
const strongTag = ({ etag }) => (etag !== undefined && !etag.startsWith('W/') ? etag : undefined);

const lengthOf = ({ 'content-length': length }) => (/^\d+$/.test(length ?? '') ? Number(length) : null);

/** {first, last, total: null where it is unknown}, or null. */
function rangeOf({ 'content-range': header }) {
    const [, first, last, whole] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header ?? '') ?? [];
    const total = whole === '*' ? null : Number(whole);
    const fits = Number(first) <= Number(last) && (total === null || Number(last) < total);
    return fits ? { first: Number(first), last: Number(last), total } : null;
}

/** The reply does not go on where the file ends. */
const anew = Symbol('anew');

async function writing(work) {
    try {
        return await work();
    } catch (error) {
        throw writeProblem(error);
    }
}

class Download {
    #first;
    #order;
    #place;
    #rules;
    #access;
    #signal;
    #innerAllowed; // undefined until the first reply
    #rangesWork = true;
    // Of the file, as the reply said with which it began:
    #bytes = 0;
    #total = null;
    #validator; // {name: of a header, value}
    #contentType;
    #beginning = Buffer.alloc(0);

    /** `place`: a PartFile or MemoryFile; `signal` ends it. */
    constructor(url, order, place, rules, signal) {
        this.#first = url;
        this.#order = order;
        this.#place = place;
        this.#rules = rules;
        this.#access = accessOf(order.connection);
        this.#signal = signal;
    }

    async run() {
        for (let tries = 1; ; tries += 1) {
            try {
                await this.#try();
                return;
            } catch (problem) {
                const pausesMs = this.#rules.pausesMs;
                if (!(problem instanceof FileProblem) || !problem.mayPass || tries > pausesMs.length) {
                    throw problem;
                }
                await this.#pause(Math.max(pausesMs[tries - 1], problem.afterMs));
            }
        }
    }

    async #pause(ms) {
        await pause(ms, undefined, { signal: this.#signal }).catch(() => {
            throw this.#signal.reason;
        });
    }

    /** Begins at the first URL: where that leads may be for one request only. */
    async #try() {
        let url = this.#first;
        let leftOrigin = false;
        for (let followed = 0; ; ) {
            const reply = await this.#ask(url, leftOrigin);
            try {
                if (isRedirect(reply.status) && reply.headers.location !== undefined) {
                    const to = parseUrl(reply.headers.location, url);
                    const fault = faultOfRedirect(url, to, followed, this.#access, (host) => this.#isRefused(host));
                    if (fault !== null) {
                        throw new FileProblem('redirect_refused', fault);
                    }
                    leftOrigin ||= to.origin !== url.origin;
                    url = to;
                    followed += 1;
                } else if ((await this.#take(reply)) === anew) {
                    this.#rangesWork = false;
                } else {
                    return;
                }
            } finally {
                reply.leave();
            }
        }
    }

    get #canResume() {
        return this.#rangesWork && this.#bytes > 0 && this.#validator !== undefined;
    }

    async #ask(url, leftOrigin) {
        const { apiOrigin, apiKey } = this.#access;
        const isPrivate = url.protocol === 'https:' || isLoopbackHost(url.hostname);
        const mayHaveKey = apiKey !== null && url.origin === apiOrigin && isPrivate && !leftOrigin;
        const headers = {
            ...(mayHaveKey && { Authorization: `Bearer ${apiKey}` }),
            ...(this.#canResume && { Range: `bytes=${this.#bytes}-`, 'If-Range': this.#validator.value }),
        };
        const isFirst = this.#innerAllowed === undefined;
        const reply = await get({ url, headers }, {
            access: this.#access,
            trust: () => this.#trust(),
            isRefused: isFirst ? null : (address) => this.#isRefused(address),
            limits: this.#rules,
            signal: this.#signal,
        });
        if (isFirst) {
            const address = reply.address ?? withoutBrackets(url.hostname);
            this.#innerAllowed = this.#rules.isInner(address);
        }
        return reply;
    }

    /** Not before the first reply. */
    #isRefused(address) {
        return !this.#innerAllowed && this.#rules.isInner(address);
    }

    #trusted;
    #trust() {
        try {
            return (this.#trusted ??= trustOf(this.#access));
        } catch {
            throw new FileProblem('not_trusted', 'the certificate authorities cannot be read');
        }
    }

    /** The file, or the rest of it. */
    async #take({ status, headers, body }) {
        const isPart = status === 206 && this.#canResume;
        if (status === 416 && this.#canResume) {
            return anew;
        }
        if (status !== 200 && !isPart) {
            throw this.#problemOf(status, headers);
        }
        if (!['', 'identity'].includes((headers['content-encoding'] ?? '').toLowerCase())) {
            throw new FileProblem('wrong_content', 'its server sends it encoded, though it was asked for the file as it is');
        }
        if (isPart && !this.#isRest(headers)) {
            return anew;
        }
        if (!isPart) {
            await this.#begin(headers);
        }
        this.#checkSize(this.#total ?? 0);
        await this.#checkRoom();
        for await (const chunk of body) {
            await this.#append(chunk);
        }
        this.#checkWhole();
        return undefined;
    }

    #isRest(headers) {
        const range = rangeOf(headers);
        const total = range?.total ?? this.#total;
        const isOneTotal = total !== null && total === (this.#total ?? total);
        const validator = headers[this.#validator.name]; // a part need not repeat it
        const isSameFile = validator === undefined || validator === this.#validator.value;
        const fits = range !== null && range.first === this.#bytes && isOneTotal && this.#bytes < total && isSameFile;
        if (fits) {
            this.#total = total;
        }
        return fits;
    }

    async #begin(headers) {
        this.#bytes = 0;
        this.#beginning = Buffer.alloc(0);
        this.#total = lengthOf(headers);
        this.#contentType = headers['content-type'];
        const tag = strongTag(headers);
        const date = headers['last-modified'];
        this.#validator = undefined;
        if (tag !== undefined) {
            this.#validator = { name: 'etag', value: tag };
        } else if (date !== undefined) {
            this.#validator = { name: 'last-modified', value: date };
        }
        this.#checkContent();
        await writing(() => this.#place.clear());
    }

    async #append(chunk) {
        this.#bytes += chunk.length;
        this.#checkSize(this.#bytes);
        if (this.#beginning.length < tellingBeginning) {
            this.#beginning = Buffer.concat([this.#beginning, chunk]).subarray(0, tellingBeginning);
            if (this.#beginning.length === tellingBeginning) {
                this.#checkContent();
            }
        }
        await writing(() => this.#place.append(chunk));
        this.#order.onProgress?.({ bytes: this.#bytes, total: this.#total });
    }

    #checkContent() {
        const fault = faultOfContent(this.#order.kind, this.#contentType, this.#beginning);
        if (fault !== '') {
            throw new FileProblem('wrong_content', fault);
        }
    }

    #checkSize(bytes) {
        const { largest, toRaiseLargest } = this.#order;
        if (bytes > largest) {
            throw new FileProblem('too_large', `it is larger than ${sizeText(largest)}, which ${toRaiseLargest} can raise`);
        }
    }

    async #checkRoom() {
        const room = this.#total === null ? null : await this.#place.room();
        if (room !== null && this.#total - this.#bytes > room) {
            const words = `it has ${sizeText(this.#total)}, and its disk has room for ${sizeText(room)} more`;
            throw new FileProblem('no_room', words);
        }
    }

    #checkWhole() {
        if (this.#bytes === 0) {
            throw new FileProblem('wrong_content', 'the reply is empty', { mayPass: true });
        }
        if (this.#total !== null && this.#bytes !== this.#total) {
            throw new FileProblem('cut_off', 'the reply was cut off', { mayPass: true });
        }
        this.#checkContent();
    }

    #problemOf(status, headers) {
        if (status === 401 || status === 403) {
            const expiry = expiryText(this.#order.url);
            const why = expiry === null ? 'which has expired, or is not for everybody' : `which is valid until ${expiry}`;
            return new FileProblem('url_refused', `its server refuses the URL (HTTP ${status}), ${why}`);
        }
        if (status === 404 || status === 410) {
            const why = 'services delete such files after hours or days';
            return new FileProblem('file_gone', `there is nothing at its URL (HTTP ${status}): ${why}`);
        }
        const asked = /^\d+$/.test(headers['retry-after'] ?? '') ? Number(headers['retry-after']) * second : 0;
        return new FileProblem('server_trouble', `its server answers with HTTP ${status}`, {
            mayPass: status >= 500 || [408, 425, 429].includes(status),
            afterMs: Math.min(asked, longestAskedPauseMs),
        });
    }
}

/** Aborted by the order's signal or after a time; whoever has it calls `end`. */
function endingOf({ signal }, inAllMs) {
    const ending = new AbortController();
    const stop = () => ending.abort(new FileProblem('stopped', 'it was stopped'));
    const timer = setTimeout(() => ending.abort(new FileProblem('too_slow', 'it took too long')), inAllMs);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) {
        stop();
    }
    const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
    };
    return { signal: ending.signal, end };
}

async function fetchInto(url, order, rules) {
    const { signal, end } = endingOf(order, rules.inAllMs);
    let place;
    try {
        place = await writing(() => order.openPlace(url));
        await new Download(url, order, place, rules, signal).run();
        return await writing(() => place.finish());
    } finally {
        end();
        await place?.discard();
    }
}

/**
 * What is said of the file: that of the place ({file} or {content}), {bytes, sha256, width, height, duration}, as far as
 * they are known, and expires_at; or {error: {code, message}, expires_at}. Never rejects, as what it is about is paid for.
 *
 * `order`: {url, kind, connection, largest: in bytes, toRaiseLargest: what can raise that, openPlace: (URL) => a PartFile or
 * MemoryFile or a promise of one, signal, onProgress}. `rules`: other ones than usual, for tests.
 */
async function keepMedia(order, rules = {}) {
    const expiry = expiryText(order.url);
    const expires = expiry === null ? {} : { expires_at: expiry };
    try {
        const url = parseUrl(order.url);
        if (url === null) {
            throw new FileProblem('no_url', 'the output is no http or https URL');
        }
        return { ...(await fetchInto(url, order, { ...usualRules, ...rules })), ...expires };
    } catch (error) {
        const code = error instanceof FileProblem ? error.code : 'machine_trouble'; // no memory, say
        const words = `the ${order.kind} was made, but its file could not be kept: ${error.message}`;
        return { error: { code, message: words }, ...expires };
    }
}

module.exports = { keepMedia };
