// Runs in files, for an n8n of one process. A file is written beside, synced, and renamed; so it is whole or not there at
// any moment, also after the power fails.
import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';

import { Claim, RunRecord, RunStore } from './run_store';

const ownerOnly = 0o600;

async function writeDurably(file: string, text: string) {
    const beside = `${file}.new`;
    const handle = await fs.open(beside, 'w', ownerOnly);
    try {
        await handle.writeFile(text);
        await handle.datasync();
    } finally {
        await handle.close();
    }
    await fs.rename(beside, file);
    const directory = await fs.open(path.dirname(file), 'r');
    try {
        await directory.sync(); // the rename itself
    } finally {
        await directory.close();
    }
}

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

export class FileStore implements RunStore {
    readonly #directory: string;
    readonly #expiryMs: number;
    readonly #claimed = new Map<string, Promise<void>>(); // run key -> until the last claim of it is given up
    #ready: Promise<void> | undefined;

    constructor(directory: string, expiryMs: number) {
        this.#directory = directory;
        this.#expiryMs = expiryMs;
    }

    async #file(kind: 'run' | 'name', text: string) {
        this.#ready ??= this.#prepare();
        await this.#ready;
        const name = createHash('sha256').update(text).digest('hex').slice(0, 40);
        return path.join(this.#directory, `${kind}-${name}`);
    }

    async #prepare() {
        await fs.mkdir(this.#directory, { recursive: true, mode: 0o700 });
        for (const name of await fs.readdir(this.#directory)) {
            const file = path.join(this.#directory, name);
            const { mtimeMs } = await fs.stat(file);
            if (name.endsWith('.new') || Date.now() - mtimeMs > this.#expiryMs) {
                await fs.rm(file, { force: true });
            }
        }
    }

    async claim(runKey: string, signal?: AbortSignal): Promise<Claim> {
        const file = await this.#file('run', runKey);
        const before = this.#claimed.get(runKey) ?? Promise.resolve();
        let giveUp = () => {};
        const own = before.then(() => new Promise<void>((resolve) => (giveUp = resolve)));
        this.#claimed.set(runKey, own);
        await before;
        const release = () => {
            if (this.#claimed.get(runKey) === own) {
                this.#claimed.delete(runKey);
            }
            giveUp();
        };
        try {
            signal?.throwIfAborted();
            const record = await this.find(runKey);
            return {
                record,
                lost: false,
                keep: async (kept) => await writeDurably(file, JSON.stringify(kept)),
                release: async (kept) => {
                    try {
                        await (kept ? writeDurably(file, JSON.stringify(kept)) : fs.rm(file, { force: true }));
                    } finally {
                        release();
                    }
                },
            };
        } catch (error) {
            release();
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
}
