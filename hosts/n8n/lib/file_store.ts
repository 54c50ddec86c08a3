// Runs in files, for an n8n of one process.
import fs from 'node:fs/promises';
import path from 'node:path';

import { writeDurably } from '../native/durable/durable_file';

import { digestOf, type Claim, type RunRecord, type RunStore } from './run_store';

const cleanEveryMs = 3600 * 1000;
/** What is being written for longer is what a process left that was killed meanwhile. */
const longestWriteMs = 60 * 1000;

async function readText(file: string): Promise<string | null> {
    try {
        return await fs.readFile(file, 'utf8');
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
            return null;
        }
        throw error;
    }
}

/** Settles with the promise, or rejects with the signal's reason before. */
async function unlessAborted(promise: Promise<unknown>, signal: AbortSignal | undefined) {
    signal?.throwIfAborted();
    let stop = () => {};
    const aborted = new Promise<never>((_, reject) => {
        stop = () => reject(signal?.reason);
        signal?.addEventListener('abort', stop, { once: true });
    });
    try {
        await Promise.race([promise, aborted]);
    } finally {
        signal?.removeEventListener('abort', stop);
    }
}

export class FileStore implements RunStore {
    readonly #directory: string;
    readonly #expiryMs: number;
    readonly #claimed = new Map<string, Promise<unknown>>(); // run key -> until the last claim of it is given up
    #ready: Promise<void> | undefined;

    constructor(directory: string, expiryMs: number) {
        this.#directory = directory;
        this.#expiryMs = expiryMs;
    }

    async #file(kind: 'run' | 'name' | 'list', text: string) {
        this.#ready ??= this.#prepare();
        await this.#ready;
        return path.join(this.#directory, `${kind}-${digestOf(text)}`);
    }

    async #prepare() {
        try {
            await fs.mkdir(this.#directory, { recursive: true, mode: 0o700 });
            await this.#clean();
        } catch (error) {
            this.#ready = undefined; // the next run tries again: the disk may have room by then
            throw error;
        }
        setInterval(() => void this.#clean().catch(() => {}), cleanEveryMs).unref();
    }

    async #clean() {
        for (const name of await fs.readdir(this.#directory)) {
            const file = path.join(this.#directory, name);
            const age = Date.now() - ((await fs.stat(file).catch(() => null))?.mtimeMs ?? Infinity);
            if (age > (name.endsWith('.new') ? longestWriteMs : this.#expiryMs)) {
                await fs.rm(file, { force: true });
            }
        }
    }

    async claim(runKey: string, signal?: AbortSignal): Promise<Claim> {
        const file = await this.#file('run', runKey);
        const before = this.#claimed.get(runKey) ?? Promise.resolve();
        let giveUp = () => {};
        const own = Promise.all([before, new Promise<void>((resolve) => (giveUp = resolve))]);
        this.#claimed.set(runKey, own);
        void own.then(() => this.#claimed.get(runKey) === own && this.#claimed.delete(runKey));
        try {
            await unlessAborted(before, signal);
            const record = await this.find(runKey);
            return {
                record,
                lost: false,
                keep: async (kept) => await writeDurably(file, JSON.stringify(kept)),
                release: async (kept) => {
                    try {
                        await (kept ? writeDurably(file, JSON.stringify(kept)) : fs.rm(file, { force: true }));
                    } finally {
                        giveUp();
                    }
                },
            };
        } catch (error) {
            giveUp();
            throw error;
        }
    }

    async find(runKey: string) {
        const text = await readText(await this.#file('run', runKey));
        return text === null ? null : (JSON.parse(text) as RunRecord);
    }

    async addName(name: string, runKey: string) {
        await writeDurably(await this.#file('name', name), runKey);
    }

    async findRunKey(name: string) {
        return await readText(await this.#file('name', name));
    }

    async addToList(list: string, runKey: string) {
        await writeDurably(`${await this.#file('list', list)}-${digestOf(runKey)}`, runKey);
    }

    async listed(list: string) {
        const prefix = `${path.basename(await this.#file('list', list))}-`;
        const names = await fs.readdir(this.#directory);
        const entries = names.filter((name) => name.startsWith(prefix) && !name.endsWith('.new'));
        const runKeys = await Promise.all(entries.map((name) => readText(path.join(this.#directory, name))));
        return runKeys.filter((runKey) => runKey !== null);
    }
}
