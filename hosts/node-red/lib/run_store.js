'use strict';
// Runs that may have been paid for, one file each, so that they survive the process. Node-RED's context stores cannot be
// used: "memory" forgets, and "localfilesystem" writes every 30 s, while a checkpoint must be on the disk before the module
// submits.
const { DurableFolder, digestOf } = require('../native/durable/durable_folder');

const oldest = 7 * 24 * 3600 * 1000; // services do not keep jobs and their outputs forever
const keptWhenFinished = 24 * 3600 * 1000; // if the message went nowhere

const fileOf = (runKey) => `${digestOf(runKey)}.json`;
const isFinished = ({ output, message }) => output !== undefined && message === undefined;

class RunStore {
    #folder;
    #last = new Map(); // by run key: the end of the file's queue

    constructor(directory) {
        this.#folder = new DurableFolder(directory);
    }

    /** What is done with the file of one run happens in order. */
    #inOrder(runKey, work) {
        const done = (this.#last.get(runKey) ?? Promise.resolve()).catch(() => {}).then(work);
        this.#last.set(runKey, done);
        const forget = () => this.#last.get(runKey) === done && this.#last.delete(runKey);
        done.then(forget, forget);
        return done;
    }

    /** Resolves when the record {runKey, …} is on the disk. */
    keep(record) {
        const text = JSON.stringify({ version: 1, keptAt: Date.now(), ...record });
        return this.#inOrder(record.runKey, () => this.#folder.write(fileOf(record.runKey), text));
    }

    /** The record of a run, or null. */
    read(runKey) {
        return this.#inOrder(runKey, async () => JSON.parse((await this.#folder.read(fileOf(runKey))) ?? 'null'));
    }

    discard(runKey) {
        return this.#inOrder(runKey, () => this.#folder.remove(fileOf(runKey)));
    }

    /** For a run that has finished, unless its file now belongs to a later attempt. */
    discardFinished(runKey) {
        return this.#inOrder(runKey, async () => {
            if (isFinished(JSON.parse((await this.#folder.read(fileOf(runKey))) ?? '{}'))) {
                await this.#folder.remove(fileOf(runKey));
            }
        });
    }

    async #names(unreadable) {
        try {
            await this.#folder.removeOlderThan(Infinity); // leftovers of crashes; how old a record is, it says itself
            return await this.#folder.names();
        } catch (error) {
            unreadable.push(error.message);
            return [];
        }
    }

    /**
     * All records, except those that are too old, which are deleted. {records, finished, expired, unreadable};
     * `finished` are those with an output and no message to send it with.
     */
    async load() {
        const found = { records: [], finished: [], expired: 0, unreadable: [] };
        for (const name of await this.#names(found.unreadable)) {
            try {
                const record = JSON.parse(await this.#folder.read(name));
                if (record.version !== 1) {
                    throw new Error(`of version ${record.version}`);
                }
                const finished = isFinished(record);
                if (Date.now() - record.keptAt > (finished ? keptWhenFinished : oldest)) {
                    if (!finished) {
                        found.expired += 1;
                    }
                    await this.#folder.remove(name);
                } else {
                    (finished ? found.finished : found.records).push(record);
                }
            } catch (error) {
                found.unreadable.push(`${name}: ${error.message}`);
            }
        }
        found.records.sort((a, b) => a.keptAt - b.keptAt);
        return found;
    }
}

module.exports = { RunStore, keptWhenFinished, oldest };
