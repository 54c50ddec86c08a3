'use strict';
// The files that calls give for inputs. A copy of each is kept until its run needs it no more, so that the next process can
// go on with the run; the input has a reference to it, which follows from the content.
const { createHash, randomUUID } = require('node:crypto');
const fs = require('node:fs/promises');

const { attachmentName, digestText, fileFor, isReference, referenceTo } = require('../native/durable/attached_file');
const { DurableFolder } = require('../native/durable/durable_folder');
const { sizeText, wordsOf } = require('../native/media/file_problem');
const { atOnce } = require('../native/durable/at_once');
const { bareUrl } = require('./given_arguments');
const { largestFile, largestFileInArguments, mostBytesOfFiles } = require('./limits');

const surelyLeftMs = 3_600_000; // a call has its run long before that

const nameOfKind = { image: 'an image', video: 'a video', audio: 'an audio file' };
const inOneLine = (name) => [...name.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')].slice(0, 80).join('');

/** What a client is told. */
class NotTaken extends Error {}

/** {chunks, size, name} of "data:image/png;base64,…". */
function inDataUri(text, { mediaType }) {
    const [head] = /^data:[^,]{0,200};base64,/i.exec(text) ?? [];
    const base64 = head === undefined ? '' : text.slice(head.length);
    const size = Math.floor((base64.length * 3) / 4);
    if (size > largestFileInArguments) {
        throw new NotTaken(`A data: URI may have ${sizeText(largestFileInArguments)}, and this one has ${sizeText(size)}; give a URL`);
    }
    if (!/^[A-Za-z0-9+/\s]+={0,2}$/.test(base64)) {
        throw new NotTaken('What follows data: is no file in base64; give a URL');
    }
    const bytes = Buffer.from(base64, 'base64');
    return { chunks: [bytes], size: bytes.length, name: `${nameOfKind[mediaType] ?? 'a file'} of ${sizeText(bytes.length)}` };
}

async function* hashed(chunks, hash) {
    for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
    }
}

class InputFiles {
    #folder;
    #allowed;
    #oneAtOnce = atOnce(1); // so that the folder has what is counted
    #bytes = Infinity; // in the folder, at most: counted anew when they seem too many

    /** `allowed`: files that calls may name. */
    constructor({ directory, allowed }) {
        this.#folder = new DurableFolder(directory);
        this.#allowed = allowed;
    }

    /**
     * {values, inputFiles: by name, as a record has them}: the given ones, with references in place of files; or {problem}.
     * The copies belong to the caller: see release.
     */
    async take(fields, given) {
        const values = { ...given };
        const inputFiles = {};
        try {
            for (const field of fields.filter(({ kind, name }) => kind === 'media' && typeof given[name] === 'string')) {
                const open = this.#wayTo(bareUrl(given[field.name]), field);
                if (open !== null) {
                    const { digest, ...file } = await this.#oneAtOnce(async () => this.#copy(await open()));
                    const name = attachmentName(field.name, digest);
                    inputFiles[name] = file;
                    values[field.name] = referenceTo(name);
                }
            }
            return { values, inputFiles };
        } catch (error) {
            await this.release(inputFiles);
            return { problem: `${error instanceof NotTaken ? error.message : `The file could not be kept: ${wordsOf(error)}`}.` };
        }
    }

    /** A function that gives {chunks, size, name}; null: the text is no file. */
    #wayTo(text, field) {
        if (/^data:/i.test(text)) {
            return () => inDataUri(text, field);
        }
        if (isReference(text)) {
            throw new NotTaken('An attachment: cannot be given here; give a URL');
        }
        return /^(file:|\/)/i.test(text) ? () => this.#openNamed(text) : null;
    }

    async #openNamed(text) {
        const { folders } = this.#allowed;
        if (folders.length === 0) {
            throw new NotTaken('The server may read no files: give a URL, or ask the person who set it up to name a folder with --files');
        }
        const opened = await this.#allowed.open(text);
        if (opened === null) {
            throw new NotTaken(`There is no file ${inOneLine(text)} that the server may read: give one in ${folders.join(', ')}, or a URL`);
        }
        const { file, size, name } = opened;
        return { chunks: file.createReadStream({ autoClose: false, end: size }), size, name: inOneLine(name), close: () => file.close() };
    }

    /** {kept: the name of the copy, name, digest} */
    async #copy({ chunks, size, name, close = () => {} }) {
        try {
            if (size > largestFile) {
                throw new NotTaken(`A file may have ${sizeText(largestFile)}, and ${name} has ${sizeText(size)}; give a smaller one`);
            }
            await this.#needRoom(size);
            const kept = randomUUID();
            const hash = createHash('sha256');
            await this.#folder.write(kept, hashed(chunks, hash));
            this.#bytes += size;
            return { kept, name, digest: digestText(hash) };
        } finally {
            await close();
        }
    }

    async #needRoom(size) {
        if (this.#bytes + size > mostBytesOfFiles) {
            const all = (await this.#folder.names()).map((kept) => fs.stat(this.#folder.pathOf(kept)).then((facts) => facts.size, () => 0));
            this.#bytes = (await Promise.all(all)).reduce((sum, one) => sum + one, 0);
        }
        if (this.#bytes + size > mostBytesOfFiles) {
            throw new NotTaken('The server keeps files of many runs already; call again when some of these have begun');
        }
    }

    /** The files of a run's record, for the module. */
    attachmentsOf({ inputFiles = {} }) {
        return Object.fromEntries(Object.entries(inputFiles).map(([name, file]) => [name, (request) => this.#fileFor(request, file)]));
    }

    async #fileFor(request, { kept, name }) {
        const copy = this.#folder.pathOf(kept);
        try {
            await fs.access(copy);
            return await fileFor(request, copy, name);
        } catch (error) {
            throw error.code === 'ENOENT' ? new Error(`The server has its copy of ${name} no longer. Call again with the file.`) : error;
        }
    }

    /** Removes the copies, but for those that a run has. What cannot be removed is removed by the next process. */
    async release(inputFiles = {}, ofRun = {}) {
        const needed = new Set(Object.values(ofRun).map(({ kept }) => kept));
        const left = Object.values(inputFiles).filter(({ kept }) => !needed.has(kept));
        await Promise.all(left.map(({ kept }) => this.#folder.remove(kept).catch(() => {})));
    }

    /** Removes what killed processes have left. `records`: those of the runs that may need their files. */
    async sweep(records) {
        await this.#folder.removeOlderThan(Infinity); // what is unfinished
        const needed = new Set(records.flatMap(({ inputFiles = {} }) => Object.values(inputFiles).map(({ kept }) => kept)));
        for (const kept of (await this.#folder.names()).filter((name) => !needed.has(name))) {
            const { mtimeMs } = await fs.stat(this.#folder.pathOf(kept)).catch(() => ({ mtimeMs: Infinity }));
            if (Date.now() - mtimeMs > surelyLeftMs) {
                await this.#folder.remove(kept);
            }
        }
    }
}

/** The input, for people and models: the names of files in place of references. */
function shownInput({ input, inputFiles = {} }) {
    const names = new Map(Object.entries(inputFiles).map(([attachment, { name }]) => [referenceTo(attachment), name]));
    return Object.fromEntries(Object.entries(input).map(([member, value]) => [member, names.get(value) ?? value]));
}

module.exports = { InputFiles, shownInput };
