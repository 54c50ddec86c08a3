'use strict';
// The runs on the disk. The last one of an ask has the ask's file; those before it have files of their own. With a run goes
// what it may need of the files of its input.
const { DurableFolder } = require('../native/durable/durable_folder');
const { keptCheckpoint } = require('../native/durable/checkpoint');
const { atOnce } = require('./at_once');
const { mayNeedFiles } = require('./decisions');
const { inOrder } = require('./in_order');
const { askOfTask } = require('./run_names');

const version = 1;
const mostWrites = 16; // each has a file open

const lastFile = (ask) => `${ask}.json`;
const earlierFile = (taskId) => `${taskId}.json`;

function recordIn(text) {
    const record = JSON.parse(text ?? 'null');
    if (record === null) {
        return null;
    }
    if (record.version !== version) {
        throw new Error(`it is of version ${record.version}`);
    }
    return { ...record, checkpoint: keptCheckpoint(record.checkpoint) };
}

class RunFiles {
    #folder;
    #inputFiles;
    #write = atOnce(mostWrites);
    #inOrder = inOrder();

    constructor(directory, inputFiles) {
        this.#folder = new DurableFolder(directory);
        this.#inputFiles = inputFiles;
    }

    /** Resolves when the record is on the disk. The one that was given last stays, whichever write takes longer. */
    keep(record) {
        return this.#inOrder(record.ask, async () => {
            await this.#write(() => this.#folder.write(lastFile(record.ask), JSON.stringify({ version, ...record })));
            if (!mayNeedFiles(record)) {
                await this.#inputFiles.release(record.inputFiles);
            }
        });
    }

    /** The files of the run's input, for the module. */
    attachmentsOf(record) {
        return this.#inputFiles.attachmentsOf(record);
    }

    /** Keeps the record of a run that is over, be it the last one of its ask or an earlier one. */
    async keepWhereItIs(record) {
        const last = await this.last(record.ask);
        await (last?.taskId === record.taskId ? this.keep(record) : this.setAside(record));
    }

    /** Makes room for another run of the same ask. */
    setAside(record) {
        return this.#write(() => this.#folder.write(earlierFile(record.taskId), JSON.stringify({ version, ...record })));
    }

    /** The last run of an ask, or null. */
    async last(ask) {
        return recordIn(await this.#folder.read(lastFile(ask)));
    }

    /** The record of that run, or null. */
    async find(taskId) {
        const ask = askOfTask(taskId);
        if (ask === null) {
            return null;
        }
        const last = await this.last(ask);
        return last?.taskId === taskId ? last : recordIn(await this.#folder.read(earlierFile(taskId)));
    }

    async remove(record) {
        const last = await this.last(record.ask);
        await this.#folder.remove(last?.taskId === record.taskId ? lastFile(record.ask) : earlierFile(record.taskId));
        await this.#inputFiles.release(record.inputFiles);
    }

    /** {records, unreadable: messages} */
    async load() {
        const found = { records: [], unreadable: [] };
        await this.#folder.removeOlderThan(Infinity); // what crashes left unfinished
        for (const name of await this.#folder.names()) {
            try {
                const record = recordIn(await this.#folder.read(name));
                if (record !== null) {
                    found.records.push(record);
                }
            } catch (error) {
                found.unreadable.push(`${name}: ${error.message}`);
            }
        }
        if (found.unreadable.length === 0) { // otherwise nobody knows what is still needed
            await this.#inputFiles.sweep(found.records.filter(mayNeedFiles));
        }
        return found;
    }
}

module.exports = { RunFiles };
