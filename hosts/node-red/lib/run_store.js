'use strict';
// Runs that may have been paid for, one file each, so that they survive the process. Node-RED's context stores cannot be
// used: "memory" forgets, and "localfilesystem" writes every 30 s, while a checkpoint must be on the disk before the module
// submits.
const crypto = require('node:crypto');
const fs = require('node:fs/promises');
const path = require('node:path');

const { writeDurably } = require('../native/durable/durable_file');

const oldest = 7 * 24 * 3600 * 1000; // jobs and their videos do not stay at a service for ever
const keptWhenFinished = 24 * 3600 * 1000; // where the message went nowhere

class RunStore {
  #directory;
  #made = false;
  #last = new Map(); // by run key: the end of the file's queue of writes

  constructor(directory) {
    this.#directory = directory;
  }

  #file(runKey) {
    return path.join(this.#directory, `${crypto.createHash('sha256').update(runKey).digest('hex').slice(0, 40)}.json`);
  }

  /** The writes of one run happen in their order. */
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
    return this.#inOrder(record.runKey, async () => {
      if (!this.#made) await fs.mkdir(this.#directory, { recursive: true, mode: 0o700 });
      this.#made = true;
      await writeDurably(this.#file(record.runKey), text);
    });
  }

  discard(runKey) {
    return this.#inOrder(runKey, () => fs.rm(this.#file(runKey), { force: true }));
  }

  /** Of a run that has finished, unless the file is that of a later attempt by now. */
  discardFinished(runKey) {
    return this.#inOrder(runKey, async () => {
      const { output } = JSON.parse(await fs.readFile(this.#file(runKey), 'utf8'));
      if (output !== undefined) await fs.rm(this.#file(runKey), { force: true });
    });
  }

  /**
   * Every record there is, except those that are too old, which are deleted. {records, finished, expired, unreadable};
   * `finished` are those with an output.
   */
  async load() {
    const found = { records: [], finished: [], expired: 0, unreadable: [] };
    const names = await fs.readdir(this.#directory).catch(() => []);
    for (const name of names) {
      const file = path.join(this.#directory, name);
      if (name.endsWith('.new')) {
        await fs.rm(file, { force: true }); // a write that the process did not live to finish
        continue;
      }
      try {
        const record = JSON.parse(await fs.readFile(file, 'utf8'));
        if (record.version !== 1) throw new Error(`of version ${record.version}`);
        const isFinished = record.output !== undefined;
        if (Date.now() - record.keptAt > (isFinished ? keptWhenFinished : oldest)) {
          if (!isFinished) found.expired += 1;
          await fs.rm(file, { force: true });
        } else {
          (isFinished ? found.finished : found.records).push(record);
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
