'use strict';
// A folder of files each of which is complete or absent at any time, even after a crash or a power failure.
const crypto = require('node:crypto');
const fs = require('node:fs/promises');
const path = require('node:path');

const ownerOnly = { file: 0o600, folder: 0o700 };
/** An older unfinished file was left by a process that ended while writing it. */
const maxWriteMs = 60 * 1000;

const isUnfinished = (name) => name.endsWith('.new');

/** For file names and keys: of fixed length, whatever the text contains. */
function digestOf(text) {
    return crypto.createHash('sha256').update(text).digest('hex').slice(0, 40);
}

async function sync(directory) {
    const handle = await fs.open(directory, 'r');
    try {
        await handle.sync();
    } finally {
        await handle.close();
    }
}

async function writeDurably(file, content) {
    // Unique to this writer: another one, perhaps in another process, may be writing the same file.
    const beside = `${file}.${crypto.randomUUID()}.new`;
    const handle = await fs.open(beside, 'wx', ownerOnly.file);
    try {
        try {
            await handle.writeFile(content);
            await handle.datasync();
        } finally {
            await handle.close();
        }
        await fs.rename(beside, file);
    } catch (error) {
        await fs.rm(beside, { force: true }).catch(() => {});
        throw error;
    }
    await sync(path.dirname(file)); // the rename itself
}

async function unlessMissing(promise, otherwise) {
    try {
        return await promise;
    } catch (error) {
        if (error.code === 'ENOENT') {
            return otherwise;
        }
        throw error;
    }
}

class DurableFolder {
    #directory;
    #made;

    constructor(directory) {
        this.#directory = directory;
    }

    pathOf(name) {
        return path.join(this.#directory, name);
    }

    async #make() {
        this.#made ??= fs.mkdir(this.#directory, { recursive: true, mode: ownerOnly.folder });
        try {
            await this.#made;
        } catch (error) {
            this.#made = undefined; // the next write tries again: the disk may have room by then
            throw error;
        }
    }

    async write(name, content) {
        await this.#make();
        try {
            await writeDurably(this.pathOf(name), content);
        } catch (error) {
            if (error.code !== 'ENOENT' || typeof content !== 'string') {
                throw error;
            }
            this.#made = undefined; // somebody has removed it
            await this.#make();
            await writeDurably(this.pathOf(name), content);
        }
    }

    async read(name) {
        return await unlessMissing(fs.readFile(this.pathOf(name), 'utf8'), null);
    }

    async remove(name) {
        await fs.rm(this.pathOf(name), { force: true });
    }

    async names() {
        const all = await unlessMissing(fs.readdir(this.#directory), []);
        return all.filter((name) => !isUnfinished(name));
    }

    async removeOlderThan(ms) {
        for (const name of await unlessMissing(fs.readdir(this.#directory), [])) {
            const modified = (await fs.stat(this.pathOf(name)).catch(() => null))?.mtimeMs ?? Infinity;
            if (Date.now() - modified > (isUnfinished(name) ? maxWriteMs : ms)) {
                await this.remove(name);
            }
        }
    }
}

module.exports = { DurableFolder, digestOf };
