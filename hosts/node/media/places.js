'use strict';
// Where a download goes: a file that is whole or not there, or memory.
const crypto = require('node:crypto');
const fs = require('node:fs');
const { lstat, link, open, rename, rm, stat, statfs } = require('node:fs/promises');
const path = require('node:path');

const { FileFacts } = require('./file_facts');
const { FileProblem, wordsOf } = require('./file_problem');

const asUmaskSays = 0o666;
const longestBase = 200; // bytes; a file's name has at most 255

function hiddenName(file) {
    const base = Buffer.from(path.basename(file)).subarray(0, longestBase).toString();
    return path.join(path.dirname(file), `.${base}.part-${crypto.randomBytes(8).toString('hex')}`);
}

/** Whether a file of that name was being written, or was left by a process that was killed then. */
const isUnfinished = (name) => /^\..+\.part-[0-9a-f]{16}$/.test(name);

async function digestOf(file) {
    const hash = crypto.createHash('sha256');
    for await (const chunk of fs.createReadStream(file)) {
        hash.update(chunk);
    }
    return hash.digest('hex');
}

async function isSame(file, { bytes, sha256 }) {
    const there = await lstat(file);
    return there.isFile() && there.size === bytes && (await digestOf(file)) === sha256;
}

/** Some file systems have no links. */
const noLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

async function linkToFreeName(from, to) {
    try {
        await link(from, to);
    } catch (error) {
        if (!noLinks.includes(error.code)) {
            throw error;
        }
        if (fs.existsSync(to)) {
            throw Object.assign(new Error(), { code: 'EEXIST' });
        }
        await rename(from, to);
        return;
    }
    await rm(from);
}

/** The file is there, and whole, all the same if this fails. */
async function syncDirectory(directory) {
    const handle = await open(directory, 'r').catch(() => null);
    await handle?.sync().catch(() => {});
    await handle?.close().catch(() => {});
}

/** Written beside its place under a hidden name, synced, and renamed. What is left of it must be discarded. */
class PartFile {
    #file;
    #replaces;
    #mode;
    #hidden;
    #handle;
    #facts = new FileFacts();

    static async create(file, { replaces = false, mode = asUmaskSays } = {}) {
        const part = new PartFile();
        part.#file = file;
        part.#replaces = replaces;
        part.#mode = mode;
        part.#hidden = hiddenName(file);
        part.#handle = await open(part.#hidden, 'wx', mode);
        return part;
    }

    async append(chunk) {
        for (let rest = chunk; rest.length > 0; ) {
            const { bytesWritten } = await this.#handle.write(rest);
            rest = rest.subarray(bytesWritten);
        }
        this.#facts.write(chunk);
    }

    async clear() {
        if (this.#facts.bytes > 0) {
            await this.discard();
            this.#handle = await open(this.#hidden, 'wx', this.#mode);
            this.#facts = new FileFacts();
        }
    }

    /** How many bytes the disk has for it; null: nobody knows. */
    async room() {
        const disk = await statfs(path.dirname(this.#hidden)).catch(() => null);
        return disk === null || disk.blocks === 0 ? null : disk.bavail * disk.bsize; // some network file systems say 0
    }

    /** {file, bytes, sha256, …}. A file of the same content that is there already, as after a crash, is the file. */
    async finish() {
        await this.#handle.sync();
        const facts = this.#facts.facts();
        try {
            await (this.#replaces ? rename(this.#hidden, this.#file) : linkToFreeName(this.#hidden, this.#file));
        } catch (error) {
            if (error.code !== 'EEXIST' || !(await isSame(this.#file, facts))) {
                throw error;
            }
        }
        await syncDirectory(path.dirname(this.#file));
        return { file: this.#file, ...facts };
    }

    async discard() {
        await this.#handle?.close().catch(() => {});
        this.#handle = null;
        await rm(this.#hidden, { force: true }).catch(() => {});
    }
}

/** The same, in memory. */
class MemoryFile {
    #chunks = [];
    #facts = new FileFacts();

    append(chunk) {
        this.#chunks.push(chunk);
        this.#facts.write(chunk);
    }

    clear() {
        this.discard();
        this.#facts = new FileFacts();
    }

    room() {
        return null;
    }

    finish() {
        return { content: Buffer.concat(this.#chunks), ...this.#facts.facts() };
    }

    discard() {
        this.#chunks = [];
    }
}

/** Why the file cannot be put there, before anything is paid; null: as far as one can tell, it can. */
async function obstacleAt(file, { replaces = false } = {}) {
    const cannot = (error) => new FileProblem('not_written', `"${file}" cannot be written: ${wordsOf(error)}`);
    const there = await lstat(file).catch((error) => error);
    if (!(there instanceof Error)) {
        if (there.isDirectory()) {
            return new FileProblem('file_exists', `"${file}" is a folder`);
        }
        if (!there.isFile()) {
            return new FileProblem('file_exists', `"${file}" is not a regular file`);
        }
        if (!replaces) {
            return new FileProblem('file_exists', `"${file}" is there already`);
        }
    } else if (there.code !== 'ENOENT') {
        return cannot(there);
    }
    try {
        const probe = await PartFile.create(file);
        await probe.discard();
        return null;
    } catch (error) {
        return cannot(error);
    }
}

const isFolder = (place) => stat(place).then((there) => there.isDirectory(), () => false);

module.exports = { MemoryFile, PartFile, isFolder, isUnfinished, obstacleAt };
