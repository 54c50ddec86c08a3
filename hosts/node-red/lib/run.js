'use strict';
// One message's run: what it needs to start, or to continue in another instance of the node or in another process.
const { keptCheckpoint } = require('../native/durable/checkpoint');
const { keepMessage, restoreMessage } = require('./kept_message');

/** Whether there is something that was paid for or may have been. */
function mayBePaid({ output = null, checkpoint }) {
    return output !== null || (checkpoint !== null && checkpoint.submission !== 'no');
}

class Run {
    constructor({ key, msg, input = {}, attached = null, warnings = [], place = null, checkpoint = null, output = null, startedAt = Date.now() }) {
        this.key = key;
        this.msg = msg;
        this.input = input;
        this.attached = attached; // the files of its input, by name; null: they are in the message, if anywhere
        this.warnings = warnings; // about the input
        this.place = place; // of its files; see KeptFiles
        this.checkpoint = checkpoint;
        this.output = output; // of a run that Start found done, or whose files are not kept yet
        this.startedAt = startedAt;
        this.keptCheckpoint = null; // what the run's file holds; null when that is not known
        this.keptOutput = null;
        this.progress = null;
        this.canceller = new AbortController();
        this.countedAt = null; // its place in the node's hourly limit
        this.outcome = null; // {output, warnings}, {error} or that of an open run, until it has been delivered
        this.send = null; // with done: null while no instance of the node holds the message
        this.done = null;
    }

    static fromRecord(record) {
        for (const name of ['runKey', 'node']) {
            if (typeof record[name] !== 'string') {
                throw new Error(`its file has no ${name}`);
            }
        }
        const run = new Run({
            key: record.runKey,
            msg: restoreMessage(record.message),
            input: record.input,
            warnings: record.warnings,
            place: record.place ?? null, // earlier versions had none
            checkpoint: keptCheckpoint(record.checkpoint),
            output: record.output,
            startedAt: record.startedAt ?? record.keptAt,
        });
        run.keptCheckpoint = run.checkpoint;
        run.keptOutput = run.output;
        run.left = record.message.left;
        return run;
    }

    toRecord(node, checkpoint) {
        const { key: runKey, input, warnings, place, startedAt, msg } = this;
        return { runKey, node, input, warnings, place, checkpoint, startedAt, ...this.#knownOutput(), message: keepMessage(msg) };
    }

    /** msg.run, from which another node can go on: see runOfMessage. */
    toMessage() {
        const { key, checkpoint, input, startedAt } = this;
        return { key, checkpoint, input, startedAt, ...this.#knownOutput() };
    }

    #knownOutput() {
        return this.output === null ? {} : { output: this.output };
    }

    get mayBePaid() {
        return mayBePaid(this);
    }

    /** That it is to make, where it is to make a certain one. */
    get file() {
        return this.place === null || this.place.isFolder ? null : this.place.path;
    }

    /** For people. */
    get nameWithJob() {
        return `${this.key} (job ${this.checkpoint?.jobId ?? 'not known'})`;
    }

    /** For a run that succeeded and whose message went nowhere. */
    toFinishedRecord(node) {
        return { runKey: this.key, node, input: this.input, output: this.outcome.output };
    }

    get bound() {
        return this.done !== null;
    }

    bind(send, done) {
        this.send = send;
        this.done = done;
    }

    unbind() {
        this.send = null;
        this.done = null;
    }
}

/** For the log: with the URLs in the output, people get what was paid for. */
function urlsOf(output) {
    const urls = Object.values(output).filter((value) => typeof value === 'string' && /^https?:\/\//.test(value));
    return urls.join(', ') || JSON.stringify(output);
}

function wordsOfFinished({ node, output }) {
    const why = 'which has no wire, or was changed or removed meanwhile';
    return `The message of a finished run could not leave the node ${node}, ${why}. Its output is kept for a day: ${urlsOf(output)}`;
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What a flow may send to resume an earlier run: msg.run, as Start, Collect or a failed run left it; null: it is none.
 * Earlier versions left the key and the checkpoint alone.
 */
function runOfMessage(msg) {
    const { key, checkpoint, input, startedAt, output } = msg.run ?? {};
    const kept = keptCheckpoint(checkpoint);
    if (typeof key !== 'string' || (kept === null && !isObject(output))) {
        return null;
    }
    return {
        key,
        checkpoint: kept,
        input: isObject(input) ? input : undefined,
        startedAt: Number.isFinite(startedAt) ? startedAt : undefined,
        output: isObject(output) ? output : undefined,
    };
}

module.exports = { Run, mayBePaid, runOfMessage, urlsOf, wordsOfFinished };
