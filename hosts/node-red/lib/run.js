'use strict';
// One message's run: what it needs to start, or to continue in another instance of the node or in another process.
const { keptCheckpoint } = require('../native/durable/checkpoint');
const { keepMessage, restoreMessage } = require('./kept_message');

class Run {
    constructor({ key, msg, input, warnings = [], checkpoint = null }) {
        this.key = key;
        this.msg = msg;
        this.input = input;
        this.warnings = warnings; // about the input
        this.checkpoint = checkpoint;
        this.keptCheckpoint = null; // what the run's file holds; null when that is not known
        this.progress = null;
        this.canceller = new AbortController();
        this.startedAt = null; // its place in the node's hourly limit
        this.outcome = null; // {output, warnings} or {error}, until it has been delivered
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
            checkpoint: keptCheckpoint(record.checkpoint),
        });
        run.keptCheckpoint = run.checkpoint;
        run.left = record.message.left;
        return run;
    }

    toRecord(node, checkpoint) {
        const { key: runKey, input, warnings, msg } = this;
        return { runKey, node, input, warnings, checkpoint, message: keepMessage(msg) };
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
function wordsOfFinished({ node, output }) {
    const urls = Object.values(output).filter((value) => typeof value === 'string' && /^https?:\/\//.test(value));
    const what = urls.join(', ') || JSON.stringify(output);
    return `The message of a finished run could not leave the node ${node}, which has no wire. Its output is kept for a day: ${what}`;
}

/** What a flow may send to resume an earlier run: msg.run, as a failed run left it. */
function runOfMessage(msg) {
    const { key, checkpoint } = msg.run ?? {};
    const kept = keptCheckpoint(checkpoint);
    return typeof key === 'string' && kept !== null ? { key, checkpoint: kept } : null;
}

module.exports = { Run, runOfMessage, wordsOfFinished };
