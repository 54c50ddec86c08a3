'use strict';
// The files that runs make: kept on the disk as soon as a run is done, for services delete them after hours or days.
const fs = require('node:fs');
const path = require('node:path');

const { atOnce } = require('../native/durable/at_once');
const { keepMedia } = require('../native/media/download');
const { sizeText } = require('../native/media/file_problem');
const { mediaPath } = require('../native/media/file_names');
const { keptExtension } = require('../native/media/media_content');
const { MemoryFile, PartFile, isUnfinished } = require('../native/media/places');
const { hasExpired } = require('../native/media/url_expiry');
const { stillOf } = require('./still');

const mostBytes = 2 * 1024 * 1024 * 1024;
const mostInAnswer = 16 * 1024 * 1024; // it is one JSON text, for which all else waits
const mostAtOnce = 4;
const mostAnswersAtOnce = 2; // their content is in memory
const mostStills = 64;
const lasting = ['file_gone', 'too_large', 'no_url']; // problems of a download: no later one ends otherwise
const surelyLeftMs = 3_600_000; // a download takes half of that at most
const typeOf = {
    mp4: 'video/mp4',
    m4v: 'video/mp4',
    webm: 'video/webm',
    mkv: 'video/x-matroska',
    mov: 'video/quicktime',
    mp3: 'audio/mpeg',
    m4a: 'audio/mp4',
    ogg: 'audio/ogg',
    opus: 'audio/ogg',
    flac: 'audio/flac',
    wav: 'audio/wav',
    png: 'image/png',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    webp: 'image/webp',
    gif: 'image/gif',
    svg: 'image/svg+xml',
    avif: 'image/avif',
};

const isThere = (file) => fs.promises.access(file).then(() => true, () => false);

const extensionOf = ({ kind, url }) => keptExtension(kind, url);

class Keeper {
    #directory;
    #isOwn;
    #accounts;
    #log;
    #fetching = new Map(); // path -> the promise of its download
    #atOnce = atOnce(mostAtOnce);
    #answersAtOnce = atOnce(mostAnswersAtOnce);
    #stills = new Map(); // path -> JPEG, of the last ones that were shown
    #stopping = new AbortController();

    /** `directory`: of the person, or, `isOwn`, of the server, which removes what is old. */
    constructor({ directory, isOwn, accounts, log }) {
        this.#directory = directory;
        this.#isOwn = isOwn;
        this.#accounts = accounts;
        this.#log = log;
    }

    /** Removes what a killed process has left in the server's own folder. */
    async open() {
        const names = this.#isOwn ? await fs.promises.readdir(this.#directory).catch(() => []) : [];
        for (const name of names.filter(isUnfinished)) {
            const file = path.join(this.#directory, name);
            const modified = (await fs.promises.stat(file).catch(() => null))?.mtimeMs ?? Infinity;
            if (Date.now() - modified > surelyLeftMs) {
                await fs.promises.rm(file, { force: true });
            }
        }
    }

    #path({ record }, file) {
        return mediaPath(this.#directory, record.taskId, file.name, extensionOf(file));
    }

    /** Keeps the files of a run that is done. Resolves with whether that is settled: each is there, or never can be had. */
    async keep(run, files) {
        const settled = await Promise.all(files.map((file) => this.#fetch(run, file)));
        return settled.every(Boolean);
    }

    async #fetch(run, file) {
        const target = this.#path(run, file);
        if (!this.#fetching.has(target)) {
            const fetched = this.#atOnce(() => this.#download(run, file, target));
            this.#fetching.set(target, fetched.finally(() => this.#fetching.delete(target)));
        }
        return await this.#fetching.get(target);
    }

    async #download(run, file, target) {
        if (await isThere(target)) {
            return true;
        }
        const { error } = await this.#get(run, file, mostBytes, async () => {
            await fs.promises.mkdir(this.#directory, { recursive: true, mode: 0o700 });
            return await PartFile.create(target, { replaces: true, mode: this.#isOwn ? 0o600 : undefined });
        });
        if (error === undefined) {
            return true;
        }
        const isSettled = lasting.includes(error.code) || hasExpired(file.url);
        const outlook = isSettled ? '' : '. It is tried again';
        this.#log('warning', `The URL of a run of ${run.record.node} is all there is of its ${file.kind}: ${error.message}${outlook}`);
        return isSettled;
    }

    #get(run, { url, kind }, largest, openPlace, signal = this.#stopping.signal) {
        const { node } = this.#accounts.nodeOf(run);
        const connection = (node && this.#accounts.connectionOf(node)) ?? undefined;
        const toRaiseLargest = 'nothing';
        return keepMedia({ url, kind, connection, largest, toRaiseLargest, openPlace, signal });
    }

    /** Ends the downloads. The next process begins them anew. */
    close() {
        this.#stopping.abort();
    }

    /** The path of a file that was kept; null: it was not. */
    async pathOf(run, file) {
        const target = this.#path(run, file);
        return (await isThere(target)) ? target : null;
    }

    /** {keptFiles: [{path, isLasting: it stays when its run is forgotten}], still}, for the result of a call. */
    async kept(run, files, { wantsStill }) {
        const paths = (await Promise.all(files.map((file) => this.pathOf(run, file)))).filter((target) => target !== null);
        const video = wantsStill ? files.find(({ kind }) => kind === 'video') : undefined;
        const target = video && (await this.pathOf(run, video));
        const bytes = target ? await this.#still(target) : null;
        return {
            keptFiles: paths.map((place) => ({ path: place, isLasting: !this.#isOwn })),
            still: bytes && { type: 'image', data: bytes.toString('base64'), mimeType: 'image/jpeg' },
        };
    }

    /** A client that polls a task gets it each time. */
    async #still(target) {
        const known = this.#stills.get(target);
        if (known !== undefined) {
            return known;
        }
        const bytes = await stillOf(target);
        if (bytes === undefined) {
            return null;
        }
        this.#stills.set(target, bytes);
        if (this.#stills.size > mostStills) {
            this.#stills.delete(this.#stills.keys().next().value);
        }
        return bytes;
    }

    /** The file as contents of a resource; null: it cannot be had. Throws where it is too large for that. */
    content(uri, run, file, signal) {
        return this.#answersAtOnce(async () => {
            if (signal.aborted) {
                return null;
            }
            const mimeType = typeOf[extensionOf(file)] ?? 'application/octet-stream';
            const bytes = (await this.#keptBytes(run, file)) ?? (await this.#bytesAtUrl(run, file, signal));
            return bytes === null ? null : [{ uri, mimeType, blob: bytes.toString('base64') }];
        });
    }

    async #keptBytes(run, file) {
        const target = await this.pathOf(run, file);
        if (target === null) {
            return null;
        }
        const { size } = await fs.promises.stat(target);
        if (size > mostInAnswer) {
            throw new Error(`The ${file.kind} has ${sizeText(size)}, and an answer takes ${sizeText(mostInAnswer)}. It is at ${target}`);
        }
        return await fs.promises.readFile(target);
    }

    async #bytesAtUrl(run, file, signal) {
        const { content = null, error } = await this.#get(run, file, mostInAnswer, () => new MemoryFile(), signal);
        if (error !== undefined) {
            this.#log('warning', `A client did not get the ${file.kind} of a run of ${run.record.node}: ${error.message}`);
        }
        return content;
    }

    /** Of a run that is forgotten. */
    async forget(run, files) {
        if (this.#isOwn) {
            await Promise.all(files.map((file) => fs.promises.rm(this.#path(run, file), { force: true })));
        }
    }
}

module.exports = { Keeper };
