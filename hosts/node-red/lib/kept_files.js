'use strict';
// What a node does with the files that its outputs are the URLs of: nothing, or it keeps them, on the disk or in the message.
const path = require('node:path');
const { keepMedia } = require('../native/media/download');
const { mediaPath } = require('../native/media/file_names');
const { FileProblem } = require('../native/media/file_problem');
const { keptExtension } = require('../native/media/media_content');
const { MemoryFile, PartFile, isFolder, obstacleAt } = require('../native/media/places');

const mebibyte = 2 ** 20;
const defaultLargest = { file: 2048, buffer: 100 }; // MiB

const remedies = {
    file_exists: 'Choose another name, or let the node replace the file',
    not_written: 'Correct the place in the node, or make the folder',
};

class KeptFiles {
    #RED;
    #node;
    #config;
    #outputs;

    /** `entry`: of the catalogue. */
    constructor(RED, node, entry, config) {
        this.#RED = RED;
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
        const given = await this.#givenPath(msg);
        if (typeof given !== 'string' || given.trim() === '' || given.includes('\0')) {
            throw new Error('The place for the file is empty. Fill it in in the node, or send it in the message.');
        }
        const place = path.resolve(this.#RED.settings.fileWorkingDirectory ?? '', given);
        const inFolder = given.endsWith('/') || (await isFolder(place));
        if (!inFolder && this.#outputs.length > 1) {
            throw new Error(`This node makes ${this.#outputs.length} files. Give a folder for them, not the name of one.`);
        }
        const obstacle = isPaid ? null : await obstacleAt(inFolder ? path.join(place, 'probe') : place, { replaces: this.#replaces });
        if (obstacle !== null) {
            throw new Error(`Nothing was submitted, because the file could not be kept: ${obstacle.message}. ${remedies[obstacle.code]}.`);
        }
        return { path: place, isFolder: inFolder };
    }

    get #replaces() {
        return this.#config.keepReplace === true;
    }

    #givenPath(msg) {
        const { keepPath: value, keepPath_type: type = 'str' } = this.#config;
        return new Promise((resolve, reject) => {
            this.#RED.util.evaluateNodeProperty(value, type, this.#node, msg, (error, result) => (error ? reject(error) : resolve(result)));
        });
    }

    /** By output, as keepMedia says. Never rejects. */
    async keep(run, output, connection, { signal, onProgress }) {
        const files = {};
        for (const { name, kind } of this.#outputs) {
            if (output[name] !== undefined && output[name] !== null) {
                files[name] = await keepMedia({
                    url: output[name],
                    kind,
                    connection,
                    largest: this.#largest,
                    toRaiseLargest: 'the node',
                    openPlace: (url) => this.#openPlace(run, { name, kind }, url),
                    signal,
                    onProgress,
                });
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

    /** What warns of the files that are not there. */
    warningsOf(files) {
        const missing = this.#outputs.filter(({ name }) => files[name]?.error);
        return missing.map(({ name, kind }) => {
            const { message } = files[name].error;
            const advice =
                `Its URL is in msg.payload.${name}. To try again, send this message with its msg.run into a Collect that keeps the file: ` +
                'that pays for nothing';
            return { code: `${kind}_not_downloaded`, message: `${message[0].toUpperCase()}${message.slice(1)}. ${advice}` };
        });
    }
}

/** A URL of an earlier time, which may have ended since. */
const isRefused = ({ error }) => ['url_refused', 'file_gone'].includes(error?.code);

module.exports = { KeptFiles, defaultLargest, isRefused };
