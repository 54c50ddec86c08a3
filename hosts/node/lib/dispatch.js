'use strict';
// Takes what the module's threads have to say, a few milliseconds' worth at a time.

const { loadBinary } = require('./binary.js');

const native = loadBinary();

/**
 * After so long, or so many, everything else in the event loop gets its turn before the next event. The number is
 * for what awaits the promises: all that goes on after a slice goes on in the same turn.
 */
const sliceMs = 4;
const sliceEvents = 128;

const numberCount = 7; // EVENT_NUMBERS of mailbox.h
const kinds = { log: 0, progress: 1, checkpoint: 2, complete: 3, job: 4, attachment: 5 }; // enum event_kind of mailbox.h

const runs = new Map(); // id -> Run; the native side uses an id again after the last
const sessions = new Map(); // id -> WeakRef: a session that is no longer referenced is closed
const closing = new Map(); // id -> a session whose close is awaited

const measured = { slices: 0, events: 0, longestSliceMs: 0 };

function deliver(event) {
    const [kind, id] = event;
    const numbers = event.slice(2, 2 + numberCount);
    const texts = event.slice(2 + numberCount);
    switch (kind) {
        case kinds.log:
            sessions.get(id)?.deref()?.onLog(numbers, texts);
            break;
        case kinds.progress:
            runs.get(id)?.onProgress(numbers, texts);
            break;
        case kinds.checkpoint:
            runs.get(id)?.onCheckpoint(numbers, texts);
            break;
        case kinds.attachment:
            runs.get(id)?.onAttachment(numbers, texts);
            break;
        case kinds.complete: {
            const run = runs.get(id);
            runs.delete(id);
            run?.onComplete(numbers, texts);
            break;
        }
        case kinds.job:
            closing.get(id)?.onClosed();
            closing.delete(id);
            sessions.delete(id);
            break;
    }
}

function dispatch() {
    const started = performance.now();
    let more = true;
    for (let i = 0; i < sliceEvents && performance.now() - started < sliceMs; i += 1) {
        const event = native.take();
        if (event === undefined) {
            more = false;
            break;
        }
        deliver(event);
        measured.events += 1;
    }
    measured.slices += 1;
    measured.longestSliceMs = Math.max(measured.longestSliceMs, performance.now() - started);
    if (more) {
        setImmediate(dispatch);
    }
}

// By way of setImmediate, too: Node.js calls a function that is woken again meanwhile up to a thousand times
// before it lets the event loop go on, which would be a thousand slices at once.
native.start(() => setImmediate(dispatch));
// Threads of a module must not run on while the process ends; the native side does the same for worker threads.
process.on('exit', () => native.shutDown());

module.exports = { native, runs, sessions, closing, measured };
