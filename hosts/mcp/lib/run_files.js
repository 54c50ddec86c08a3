'use strict';
// The runs on the disk. The last one of an ask has the ask's file; those before it have files of their own. With a run goes
// what it may need of the files of its input.
const { DurableFolder } = require('../native/durable/durable_folder');
const { keptCheckpoint } = require('../native/durable/checkpoint');
const { atOnce } = require('../native/durable/at_once');
const { mayNeedFiles } = require('./decisions');
const { DamagedRecord } = require('./disk_trouble');
const { inOrder } = require('./in_order');
const { askOfTask } = require('./run_names');

const version = 1;
const mostWrites = 16; // each has a file open

const lastFile = (ask) => `${ask}.json`;
const earlierFile = (taskId) => `${taskId}.json`;

const isText = (value) => typeof value === 'string';
const isObject = (value) => typeof value === 'object' && value !== null;
const isEnding = (value) =>
    isObject(value) &&
    Number.isFinite(value.at) &&
    (value.status === 'succeeded' ? isObject(value.output) : ['failed', 'cancelled'].includes(value.status) && isObject(value.error));

/** What is relied on, wherever records go. */
const members = {
    owner: isText,
    node: isText,
    runKey: isText,
    input: isObject,
    createdAt: Number.isFinite,
    updatedAt: Number.isFinite,
    cancelRequested: (value) => typeof value === 'boolean',
    checkpoint: (value) => value === null || isText(value?.json),
    ending: (value) => value === null || isEnding(value),
};

function parsed(text) {
    try {
        return JSON.parse(text);
    } catch {
        return undefined; // the reason may quote the text
    }
}

/** The record in the file of that name; null: there is no file. */
function recordIn(text, name) {
    if (text === null) {
        return null;
    }
    const record = parsed(text);
    const advice = 'Look for its job at the service before you remove it; until then, the same call is refused';
    const damaged = (what) => new DamagedRecord(`The file ${name} of a run ${what}. ${advice}.`);
    if (!isObject(record)) {
        throw damaged('holds no record');
    }
    if (record.version !== version) {
        throw damaged(`is of another version than ${version}`);
    }
    const isItsFile = isText(record.taskId) && askOfTask(record.taskId) === record.ask;
    if (!isItsFile || ![lastFile(record.ask), earlierFile(record.taskId)].includes(name)) {
        throw damaged('holds the record of another run');
    }
    const wrong = Object.keys(members).filter((member) => !members[member](record[member]));
    if (wrong.length > 0) {
        throw damaged(`lacks what a run has: ${wrong.join(', ')}`);
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

    async #read(name) {
        return recordIn(await this.#folder.read(name), name);
    }

    /** The last run of an ask, or null. */
    async last(ask) {
        return await this.#read(lastFile(ask));
    }

    /** The record of that run, or null. */
    async find(taskId) {
        const ask = askOfTask(taskId);
        if (ask === null) {
            return null;
        }
        const last = await this.last(ask);
        return last?.taskId === taskId ? last : await this.#read(earlierFile(taskId));
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
                const record = await this.#read(name);
                if (record !== null) {
                    found.records.push(record);
                }
            } catch (error) {
                found.unreadable.push(error.message);
            }
        }
        if (found.unreadable.length === 0) { // otherwise nobody knows what is still needed
            await this.#inputFiles.sweep(found.records.filter(mayNeedFiles));
        }
        return found;
    }
}

module.exports = { RunFiles };
