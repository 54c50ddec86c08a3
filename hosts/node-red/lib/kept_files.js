'use strict';
// What a node does with the files that its outputs are the URLs of: nothing, or it keeps them, on the disk or in the message.
const path = require('node:path');
const { keepMedia } = require('../native/media/download');
const { mediaPath } = require('../native/media/file_names');
const { FileProblem } = require('../native/media/file_problem');
const { keptExtension } = require('../native/media/media_content');
const { MemoryFile, PartFile, isFolder, obstacleAt } = require('../native/media/places');
const { evaluate } = require('./inputs');

const mebibyte = 2 ** 20;
const defaultLargest = { file: 2048, buffer: 100 }; // MiB

class KeptFiles {
    #host;
    #node;
    #config;
    #outputs;

    /** `entry`: of the catalogue. */
    constructor(host, node, entry, config) {
        this.#host = host;
        this.#node = node;
        this.#config = config;
        this.#outputs = entry.form.mediaOutputs;
    }

    get wanted() {
        return ['file', 'buffer'].includes(this.#config.keep) && this.#outputs.length > 0;
    }

    get #inMemory() {
        return this.#config.keep === 'buffer';
    }

    /** In bytes. */
    get #largest() {
        const given = Number(this.#config.keepLargest);
        return (given > 0 ? given : defaultLargest[this.#config.keep]) * mebibyte;
    }

    /** Where the run's files go: {path, isFolder}, or null: nowhere on the disk. Rejects, in words, where they cannot go there. */
    async placeFor(msg, isPaid) {
        if (!this.wanted || this.#inMemory) {
            return null;
        }
        const { RED, t } = this.#host;
        const { keepPath, keepPath_type: type = 'str' } = this.#config;
        const given = await evaluate(this.#host, this.#node, type, keepPath, msg, t('file.noPlace'));
        if (typeof given !== 'string' || given.trim() === '' || given.includes('\0')) {
            throw new Error(t('file.noPlace'));
        }
        const place = path.resolve(RED.settings.fileWorkingDirectory ?? '', given);
        const inFolder = given.endsWith('/') || (await isFolder(place));
        if (!inFolder && this.#outputs.length > 1) {
            throw new Error(t('file.folderNeeded', { n: this.#outputs.length }));
        }
        const obstacle = isPaid ? null : await obstacleAt(inFolder ? path.join(place, 'probe') : place, { replaces: this.#replaces });
        if (obstacle !== null) {
            const remedy = t(`file.remedy.${obstacle.code}`);
            throw new Error(t('file.obstacle', { reason: this.#inAuthorsWords(obstacle).message, remedy }));
        }
        return { path: place, isFolder: inFolder };
    }

    get #replaces() {
        return this.#config.keepReplace === true;
    }

    /** By output, as keepMedia says. Never rejects. */
    async keep(run, output, connection, { signal, onProgress }) {
        const files = {};
        for (const { name, kind } of this.#outputs) {
            if (output[name] !== undefined && output[name] !== null) {
                const kept = await keepMedia({
                    url: output[name],
                    kind,
                    connection,
                    largest: this.#largest,
                    toRaiseLargest: 'the node',
                    openPlace: (url) => this.#openPlace(run, { name, kind }, url),
                    signal,
                    onProgress,
                });
                files[name] = kept.error ? { ...kept, error: this.#inAuthorsWords(kept.error) } : kept;
            }
        }
        return files;
    }

    #openPlace({ key, place }, { name, kind }, { href }) {
        if (this.#inMemory) {
            return new MemoryFile();
        }
        if (place === null) {
            throw new FileProblem('not_written', 'its run began when the node kept no file, so there is no place for it');
        }
        const ofOutput = this.#outputs.length > 1 ? name : null;
        const file = place.isFolder ? mediaPath(place.path, key, ofOutput, keptExtension(kind, href)) : place.path;
        return PartFile.create(file, { replaces: this.#replaces });
    }

    #inAuthorsWords({ code, message }) {
        const { t, foreign } = this.#host;
        return { code, message: foreign(t(`file.problem.${code}`), message) };
    }

    /** What warns of the files that are not there. */
    warningsOf(files) {
        const missing = this.#outputs.filter(({ name }) => files[name]?.error);
        return missing.map(({ name, kind }) => {
            const { message } = files[name].error;
            const reason = `${message[0].toUpperCase()}${message.slice(1)}`;
            return { code: `${kind}_not_downloaded`, message: this.#host.t('file.missing', { reason, name }) };
        });
    }
}

/** A URL of an earlier time, which may have ended since. */
const isRefused = ({ error }) => ['url_refused', 'file_gone'].includes(error?.code);

module.exports = { KeptFiles, defaultLargest, isRefused };
