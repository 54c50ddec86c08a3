'use strict';
// Which process has the runs of an ask in hand. Clients start a server each, and all of them share the folder of runs.
//
// The claim with the highest number counts. To take over from a process that is dead is to make the next number, which
// only one can.
const fs = require('node:fs/promises');
const path = require('node:path');

/** When the process with that id began, as the kernel says; null: there is none. */
async function startOf(pid) {
    try {
        const text = await fs.readFile(`/proc/${pid}/stat`, 'latin1');
        return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
    } catch {
        return null;
    }
}

/** An ask begins with two of their digits. */
const folders = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

class Claims {
    #directory;
    #own; // "pid start", of this process
    #files = new Map(); // ask -> the file of the claim that this process has

    constructor(directory) {
        this.#directory = directory;
    }

    async open() {
        await Promise.all(folders.map((name) => fs.mkdir(path.join(this.#directory, name), { recursive: true, mode: 0o700 })));
        this.#own = `${process.pid} ${await startOf(process.pid)}`;
        for (const folder of folders) {
            for (const name of await fs.readdir(path.join(this.#directory, folder))) {
                if (!(await this.#isAlive(name))) {
                    await this.#remove(name);
                }
            }
        }
    }

    /** In a folder with few others, as it is listed for each claim. */
    #file(name) {
        return path.join(this.#directory, name.slice(0, 2), name);
    }

    #remove(name) {
        return fs.rm(this.#file(name), { force: true });
    }

    async #isAlive(name) {
        const text = await fs.readFile(this.#file(name), 'utf8').catch(() => '');
        const [pid, start] = text.split(' ');
        return start !== undefined && (await startOf(pid)) === start;
    }

    async #newest(ask) {
        const names = (await fs.readdir(path.dirname(this.#file(ask)))).filter((name) => name.startsWith(`${ask}.`));
        const numbers = names.map((name) => Number(name.slice(ask.length + 1))).filter(Number.isInteger);
        return numbers.length === 0 ? null : Math.max(...numbers);
    }

    /** Whether this process has the ask's runs in hand now. */
    async take(ask) {
        if (this.#files.has(ask)) {
            return true;
        }
        const newest = await this.#newest(ask);
        if (newest !== null && (await this.#isAlive(`${ask}.${newest}`))) {
            return false;
        }
        const name = `${ask}.${(newest ?? 0) + 1}`;
        const file = this.#file(name);
        try {
            // Written beside and then linked: whoever finds a claim finds its owner in it.
            const beside = `${file}.${process.pid}.new`;
            await fs.writeFile(beside, this.#own, { mode: 0o600 });
            await fs.link(beside, file).finally(() => fs.rm(beside, { force: true }));
        } catch (error) {
            if (error.code === 'EEXIST') {
                return false;
            }
            throw error;
        }
        this.#files.set(ask, name);
        return true;
    }

    async release(ask) {
        const name = this.#files.get(ask);
        if (name !== undefined) {
            this.#files.delete(ask);
            await this.#remove(name);
        }
    }
}

module.exports = { Claims };
