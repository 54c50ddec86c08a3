'use strict';
// The files that runs make: kept on the disk as soon as a run is done, for services delete them after hours or days.
const fs = require('node:fs');
const path = require('node:path');
const { Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');

const { atOnce } = require('./at_once');
const { fetchFile } = require('./file_fetch');
const { stillOf } = require('./still');

const mostBytes = 512 * 1024 * 1024;
const mostInAnswer = 32 * 1024 * 1024;
const mostAtOnce = 4;
const mostStills = 64;
const waitsMs = 15_000;
const extensionOf = { video: 'mp4', audio: 'mp3', image: 'png', file: 'bin' };
const typeOf = {
    mp4: 'video/mp4',
    webm: 'video/webm',
    mov: 'video/quicktime',
    mp3: 'audio/mpeg',
    wav: 'audio/wav',
    png: 'image/png',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
};

const isThere = (file) => fs.promises.access(file).then(() => true, () => false);

function extension({ url, kind }) {
    const last = /\.([a-z0-9]{2,4})$/i.exec(new URL(url).pathname)?.[1].toLowerCase();
    return last in typeOf ? last : (extensionOf[kind] ?? 'bin');
}

class Keeper {
    #directory;
    #isOwn;
    #connections;
    #log;
    #fetching = new Map(); // path -> the promise of its download
    #atOnce = atOnce(mostAtOnce);
    #stills = new Map(); // path -> JPEG, of the last ones that were shown

    /** `directory`: of the person, or, `isOwn`, of the server, which removes what is old. */
    constructor({ directory, isOwn, connections, log }) {
        this.#directory = directory;
        this.#isOwn = isOwn;
        this.#connections = connections;
        this.#log = log;
    }

    #path({ record }, file) {
        const name = file.name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 60);
        return path.join(this.#directory, `${record.taskId}+${name}.${extension(file)}`);
    }

    /** A service on this machine, as the sandbox is, has its files there, too. */
    #mayBeInner = (url) => {
        const local = [...this.#connections.values()].filter((one) => one.allow_insecure_loopback && one.base_url);
        return local.some((one) => new URL(one.base_url).host === url.host);
    };

    /** Keeps the files of a run that is done. Resolves when they are there, cannot be had, or some seconds are over. */
    async keep(run, files) {
        const late = new Promise((resolve) => setTimeout(resolve, waitsMs).unref());
        await Promise.race([Promise.all(files.map((file) => this.#fetch(this.#path(run, file), file).catch(() => {}))), late]);
    }

    async #fetch(target, file) {
        const fetching = this.#fetching.get(target) ?? this.#atOnce(() => this.#download(target, file));
        this.#fetching.set(target, fetching);
        try {
            await fetching;
        } catch (error) {
            this.#log('warning', `The ${file.kind} at ${new URL(file.url).host} could not be kept: ${error.message}`);
            throw error;
        } finally {
            this.#fetching.delete(target);
        }
    }

    async #download(target, file) {
        await fs.promises.mkdir(this.#directory, { recursive: true, mode: 0o700 });
        const beside = `${target}.new`;
        try {
            await fetchFile(file.url, { mostBytes, mayBeInner: this.#mayBeInner }, (chunks) =>
                pipeline(Readable.from(chunks, { objectMode: false }), fs.createWriteStream(beside, { mode: this.#isOwn ? 0o600 : 0o666 })),
            );
            await fs.promises.rename(beside, target);
        } catch (error) {
            await fs.promises.rm(beside, { force: true });
            throw error;
        }
    }

    /** The path of a file that was kept; null: it was not. */
    async pathOf(run, file) {
        const target = this.#path(run, file);
        return (await isThere(target)) ? target : null;
    }

    /** {keptFiles: paths, still}, for the result of a call. */
    async kept(run, files, { wantsStill }) {
        const paths = (await Promise.all(files.map((file) => this.pathOf(run, file)))).filter((target) => target !== null);
        const video = wantsStill ? files.find(({ kind }) => kind === 'video') : undefined;
        const target = video && (await this.pathOf(run, video));
        const bytes = target ? await this.#still(target) : null;
        return {
            keptFiles: this.#isOwn ? [] : paths,
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
        this.#stills.set(target, bytes);
        if (this.#stills.size > mostStills) {
            this.#stills.delete(this.#stills.keys().next().value);
        }
        return bytes;
    }

    /** The file as contents of a resource; null: it cannot be had. */
    async content(uri, run, file) {
        const mimeType = typeOf[extension(file)] ?? 'application/octet-stream';
        const target = await this.pathOf(run, file);
        try {
            if (target !== null && (await fs.promises.stat(target)).size <= mostInAnswer) {
                return [{ uri, mimeType, blob: (await fs.promises.readFile(target)).toString('base64') }];
            }
            const options = { mostBytes: mostInAnswer, mayBeInner: this.#mayBeInner };
            const chunks = await fetchFile(file.url, options, (stream) => Readable.from(stream, { objectMode: false }).toArray());
            return [{ uri, mimeType, blob: Buffer.concat(chunks).toString('base64') }];
        } catch (error) {
            this.#log('warning', `The ${file.kind} at ${new URL(file.url).host} could not be read: ${error.message}`);
            return null;
        }
    }

    /** Of a run that is forgotten. */
    async forget(run, files) {
        if (this.#isOwn) {
            await Promise.all(files.map((file) => fs.promises.rm(this.#path(run, file), { force: true })));
        }
    }
}

module.exports = { Keeper };
