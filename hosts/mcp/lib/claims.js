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

class Claims {
    #directory;
    #own; // "pid start", of this process
    #files = new Map(); // ask -> the file of the claim that this process has

    constructor(directory) {
        this.#directory = directory;
    }

    async open() {
        await fs.mkdir(this.#directory, { recursive: true, mode: 0o700 });
        this.#own = `${process.pid} ${await startOf(process.pid)}`;
        for (const name of await fs.readdir(this.#directory)) {
            if (!(await this.#isAlive(name))) {
                await this.#remove(name);
            }
        }
    }

    #remove(name) {
        return fs.rm(path.join(this.#directory, name), { force: true });
    }

    async #isAlive(name) {
        const text = await fs.readFile(path.join(this.#directory, name), 'utf8').catch(() => '');
        const [pid, start] = text.split(' ');
        return start !== undefined && (await startOf(pid)) === start;
    }

    async #newest(ask) {
        const names = (await fs.readdir(this.#directory)).filter((name) => name.startsWith(`${ask}.`));
        const numbers = names.map((name) => Number(name.slice(ask.length + 1))).sort((a, b) => b - a);
        return numbers[0] ?? null;
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
        const file = path.join(this.#directory, name);
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
