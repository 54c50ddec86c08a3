// Runs in files, for n8n in a single process.
import { DurableFolder, digestOf } from '../native/durable/durable_folder';

import { readRecord, type Claim, type RunStore } from './run_store';

const cleanEveryMs = 3600 * 1000;

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

const fileOf = (kind: 'run' | 'name' | 'list', text: string) => `${kind}-${digestOf(text)}`;

export class FileStore implements RunStore {
    readonly #folder: DurableFolder;
    readonly #expiryMs: number;
    readonly #claimed = new Map<string, Promise<unknown>>(); // run key -> settles when its last claim is released
    #cleaned: Promise<unknown> | undefined;

    constructor(directory: string, expiryMs: number) {
        this.#folder = new DurableFolder(directory);
        this.#expiryMs = expiryMs;
    }

    /** Removes expired files at the first use and from then on periodically. */
    async #clean() {
        const clean = () => this.#folder.removeOlderThan(this.#expiryMs).catch(() => {});
        this.#cleaned ??= clean().then(() => setInterval(clean, cleanEveryMs).unref());
        await this.#cleaned;
    }

    async claim(runKey: string, signal?: AbortSignal): Promise<Claim> {
        const file = fileOf('run', runKey);
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
                keep: async (kept) => await this.#folder.write(file, JSON.stringify(kept)),
                release: async (kept) => {
                    try {
                        await (kept ? this.#folder.write(file, JSON.stringify(kept)) : this.#folder.remove(file));
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
        await this.#clean();
        const text = await this.#folder.read(fileOf('run', runKey));
        return text === null ? null : readRecord(text);
    }

    async addName(name: string, runKey: string) {
        await this.#folder.write(fileOf('name', name), runKey);
    }

    async findRunKey(name: string) {
        return await this.#folder.read(fileOf('name', name));
    }

    async addToList(list: string, runKey: string) {
        await this.#folder.write(`${fileOf('list', list)}-${digestOf(runKey)}`, runKey);
    }

    async listed(list: string) {
        const names = await this.#folder.names();
        const entries = names.filter((name) => name.startsWith(`${fileOf('list', list)}-`));
        const runKeys = await Promise.all(entries.map((name) => this.#folder.read(name)));
        return runKeys.filter((runKey) => runKey !== null);
    }
}
