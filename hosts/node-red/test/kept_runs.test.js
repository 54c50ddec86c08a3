'use strict';
// What is left of runs that did not succeed, and what the next start makes of it; without Node-RED.
const assert = require('node:assert/strict');
const { EventEmitter } = require('node:events');
const { test } = require('node:test');
const { FlowRuns } = require('../lib/flow_runs');
const { keepMessage } = require('../lib/kept_message');
const { NodeRuns } = require('../lib/node_runs');

const submitted = { submission: 'yes', jobId: 'job_1', json: '{"job_id":"job_1"}' };
const maybe = { submission: 'maybe', jobId: null, json: '{"state":"intent"}' };
const prepared = { submission: 'no', jobId: null, json: '{"state":"prepared"}' };
const failedWith = (checkpoint) => Object.assign(new Error('failed'), { code: 'cancelled', checkpoint });

/** A run of a made-up instance, which the test ends. What its file holds, and what was logged. */
async function startRun({ keep = async () => {}, checkpoint = prepared } = {}) {
    const seen = { file: null, logged: [], failed: 0 };
    const store = {
        keep: async (record) => {
            await keep(record);
            seen.file = record;
        },
        discard: async () => void (seen.file = null),
    };
    const runs = new NodeRuns('place', { store, newKey: () => 'run', log: (text) => seen.logged.push(text) });
    const started = new Promise((resolve) => {
        const start = (run, { onCheckpoint }) => new Promise((succeed, fail) => resolve({ succeed, fail, onCheckpoint }));
        runs.attach({ node: {}, limit: 1, changed: () => {}, start, failed: () => (seen.failed += 1), succeeded: assert.fail });
    });
    const msg = { _msgid: 'message' };
    await runs.accept(msg, () => {}, () => {}, async () => ({ input: { a: 1 }, warnings: [] }));
    const { onCheckpoint, ...endings } = await started;
    await onCheckpoint(checkpoint);
    return { seen, runs, onCheckpoint, ...endings };
}

for (const [what, cancel] of [
    ['by a message', (runs) => runs.accept({ cancel: true }, () => {}, () => {}, assert.fail)],
    ['because its node is removed', (runs) => runs.end()],
]) {
    for (const left of [submitted, maybe]) {
        test(`a run that is cancelled ${what}, and may leave a job (${left.submission}): its file stays`, async () => {
            const { seen, runs, fail } = await startRun();
            const cancelled = cancel(runs);
            fail(failedWith(left));
            await cancelled;
            await new Promise(setImmediate);
            assert.deepEqual([seen.file?.runKey, seen.file?.checkpoint], ['run', left]);
            assert.equal(seen.logged.length, 1, seen.logged.join());
            assert.match(seen.logged[0], left.jobId ? /run run \(job job_1\)/ : /run run \(job not known\)/);
        });
    }
    for (const left of [null, prepared]) {
        test(`a run that is cancelled ${what}, and leaves no job (${left?.submission}): its file goes`, async () => {
            const { seen, runs, fail } = await startRun({ checkpoint: submitted });
            const cancelled = cancel(runs);
            fail(failedWith(left));
            await cancelled;
            await new Promise(setImmediate);
            assert.deepEqual([seen.file, seen.logged], [null, []]);
        });
    }
}

test('a run that is suspended while its node is removed: its file stays', async () => {
    const { seen, runs, succeed } = await startRun();
    const ended = runs.end();
    succeed({ outcome: 'suspended', checkpoint: submitted });
    await ended;
    assert.deepEqual(seen.file?.checkpoint, submitted);
    assert.equal(seen.logged.length, 1);
});

test('a run that is suspended without a checkpoint, as by a faulty module: the last one stays', async () => {
    const { seen, runs, succeed } = await startRun({ checkpoint: submitted });
    runs.detach();
    succeed({ outcome: 'suspended', checkpoint: null });
    await runs.settled();
    assert.deepEqual(seen.file?.checkpoint, submitted);
    const resumed = new Promise((resolve) => {
        const start = (run) => new Promise(() => resolve(run.checkpoint));
        const node = { receive: (msg) => runs.accept(msg, () => {}, () => {}, assert.fail) };
        runs.attach({ node, limit: 1, changed: () => {}, start });
    });
    runs.resume();
    assert.deepEqual(await resumed, submitted);
});

for (const [what, end] of [
    ['suspended', ({ succeed }) => succeed({ outcome: 'suspended', checkpoint: submitted })],
    ['late', ({ fail }) => fail(failedWith(submitted))],
]) {
    test(`a run whose second checkpoint could not be written, and that ends ${what}: a stop waits for the last one`, async () => {
        let full = false;
        const keep = async () => {
            await new Promise(setImmediate);
            if (full) {
                throw new Error('disk full');
            }
        };
        const { seen, runs, onCheckpoint, ...endings } = await startRun({ keep });
        full = true;
        await assert.rejects(onCheckpoint(submitted), /disk full/);
        assert.deepEqual(seen.file.checkpoint, prepared);
        full = false;
        runs.detach();
        const settled = runs.settled();
        end(endings);
        await settled;
        assert.deepEqual([seen.file.checkpoint, seen.logged], [submitted, []]);
    });
}

test('a run that a message goes on with, whose file may be gone: what it ends with is written', async () => {
    const kept = [];
    const store = { keep: async (record) => void kept.push(record.checkpoint), discard: assert.fail };
    const runs = new NodeRuns('place', { store, newKey: assert.fail, log: assert.fail });
    const failed = new Promise((resolve) => {
        const start = () => Promise.reject(failedWith(submitted));
        runs.attach({ node: {}, limit: 1, changed: () => {}, start, failed: resolve });
    });
    await runs.accept({ run: { key: 'run', checkpoint: submitted } }, () => {}, () => {}, async () => ({ input: {} }));
    await failed;
    await runs.settled();
    assert.deepEqual(kept, [submitted]);
});

test('a last checkpoint that cannot be written is in the log; one that the file holds is not written again', async () => {
    let writes = 0;
    const keep = async () => {
        writes += 1;
        if (writes > 1) {
            throw new Error('disk full');
        }
    };
    const same = await startRun({ keep, checkpoint: submitted });
    same.runs.detach();
    same.fail(failedWith({ ...submitted }));
    await same.runs.settled();
    assert.deepEqual([writes, same.seen.logged], [1, []]);
    const other = await startRun({ keep: async ({ checkpoint }) => (checkpoint === submitted ? keep() : undefined) });
    other.runs.detach();
    other.fail(failedWith(submitted));
    await other.runs.settled();
    assert.equal(other.seen.logged.length, 1);
    assert.match(other.seen.logged[0], /run run \(job job_1\) could not be kept: disk full/);
});

/** Starts the runs that were kept, with one node in the flow. `load` is the store's. */
async function startKept(load) {
    const events = new EventEmitter();
    const seen = { received: [], logged: [] };
    const log = (level, text) => seen.logged.push(text);
    const flowRuns = new FlowRuns({ RED: { events }, store: { load }, sessions: {}, log });
    const receive = (msg) => {
        seen.received.push(msg.payload);
        return flowRuns.of(node).accept(msg, () => {}, () => {}, assert.fail);
    };
    const node = { id: 'place', receive };
    flowRuns.of(node).attach({ node, limit: 1, changed: () => {}, start: () => new Promise(() => {}) });
    seen.start = async (times = 1) => {
        for (let n = 0; n < times; n += 1) {
            events.emit('flows:started');
        }
        await new Promise(setImmediate);
    };
    return seen;
}

const keptRun = (runKey, message = keepMessage({ payload: runKey })) => ({ runKey, node: 'place', input: {}, checkpoint: submitted, message });
const loaded = (records, finished = []) => ({ records, finished, expired: 0, unreadable: [] });

test('a kept run that cannot be read costs no other, and is named in the log', async () => {
    const torn = keptRun('torn', { properties: { payload: 'AAAA' }, left: [] });
    const { node, ...nowhere } = keptRun('nowhere');
    const records = [keptRun('one'), torn, keptRun('bare', {}), { ...nowhere }, keptRun('two')];
    const seen = await startKept(async () => loaded(records, [{ runKey: 'finished', node, output: null }]));
    await seen.start(2); // the second one while the files are read
    assert.deepEqual(seen.received, ['one', 'two']);
    const warned = seen.logged.filter((text) => /cannot be resumed/.test(text));
    assert.deepEqual(warned.map((text) => /The run (\w+) \(job ([\w ]+)\)/.exec(text).slice(1)), [
        ['torn', 'job_1'], ['bare', 'job_1'], ['nowhere', 'job_1'], ['finished', 'not known'],
    ]);
    assert.ok(seen.logged.includes('Resuming 2 runs of an earlier process.'));
});

test('kept runs that could not be loaded are loaded at the next start of the flows', async () => {
    let attempts = 0;
    const seen = await startKept(async () => {
        attempts += 1;
        if (attempts === 1) {
            throw new Error('no memory');
        }
        return loaded([keptRun('one')]);
    });
    await seen.start();
    assert.deepEqual([seen.received, seen.logged], [[], ['no memory']]);
    await seen.start();
    assert.deepEqual(seen.received, ['one']);
});
