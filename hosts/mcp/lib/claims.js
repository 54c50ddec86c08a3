'use strict';
// Which process has the runs of an ask in hand. Clients start a server each, and all of them share the folder of runs.
//
// A claim is an empty file whose name says whose it is: nobody else makes it, so whoever finds its owner dead may remove
// it. A process has an ask if no other one that lives has a claim after it made its own. Two at once may both give way.
const fs = require('node:fs/promises');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');

const { inOrder } = require('./in_order');

const attempts = 5;
const longestPauseMs = 50;

/** When the process with that id began, as the kernel says; null: there is none that runs. */
async function startOf(pid) {
    try {
        const text = await fs.readFile(`/proc/${pid}/stat`, 'latin1');
        const [state, ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ');
        return state === 'Z' || state === 'X' ? null : fields[18];
    } catch {
        return null;
    }
}

/** After a start of the machine, a process may have the id and the start that another had before. */
async function bootId() {
    return (await fs.readFile('/proc/sys/kernel/random/boot_id', 'latin1')).trim();
}

/** An ask begins with two of their digits. */
const folders = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

class Claims {
    #directory;
    #boot;
    #own; // what ends the names of this process's claims
    #taken = new Set(); // asks
    #inOrder = inOrder();

    constructor(directory) {
        this.#directory = directory;
    }

    async open() {
        await Promise.all(folders.map((name) => fs.mkdir(path.join(this.#directory, name), { recursive: true, mode: 0o700 })));
        this.#boot = await bootId();
        this.#own = `${process.pid}.${await startOf(process.pid)}.${this.#boot}`;
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
        const [, pid, start, boot] = name.split('.');
        return boot === this.#boot && (await startOf(pid)) === start;
    }

    /** The names in the ask's folder, which is made anew where somebody has removed it. */
    async #namesBeside(ask) {
        const folder = path.dirname(this.#file(ask));
        try {
            return await fs.readdir(folder);
        } catch (error) {
            if (error.code !== 'ENOENT') {
                throw error;
            }
            await fs.mkdir(folder, { recursive: true, mode: 0o700 });
            return [];
        }
    }

    async #isElsewhere(ask) {
        const own = `${ask}.${this.#own}`;
        for (const name of await this.#namesBeside(ask)) {
            if (name.startsWith(`${ask}.`) && name !== own && (await this.#isAlive(name))) {
                return true;
            }
        }
        return false;
    }

    /** Whether this process has the ask's runs in hand now. */
    take(ask) {
        return this.#inOrder(ask, async () => {
            for (let i = 0; i < attempts && !this.#taken.has(ask) && !(await this.#isElsewhere(ask)); i += 1) {
                const own = `${ask}.${this.#own}`;
                await fs.writeFile(this.#file(own), '', { mode: 0o600 });
                try {
                    if (!(await this.#isElsewhere(ask))) {
                        this.#taken.add(ask);
                        break;
                    }
                } finally {
                    if (!this.#taken.has(ask)) {
                        await this.#remove(own);
                    }
                }
                await pause(Math.random() * longestPauseMs);
            }
            return this.#taken.has(ask);
        });
    }

    release(ask) {
        return this.#inOrder(ask, async () => {
            if (this.#taken.delete(ask)) {
                await this.#remove(`${ask}.${this.#own}`);
            }
        });
    }
}

module.exports = { Claims };
