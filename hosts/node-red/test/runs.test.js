'use strict';
// The life of runs without Node-RED: their files, what failures leave of them, and the limit of an hour.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { HourlyLimit } = require('../lib/hourly_limit');
const { NodeRuns } = require('../lib/node_runs');
const { RunStore, keptWhenFinished, oldest } = require('../lib/run_store');
const { WorkflowNode, defaultRunsPerHour } = require('../lib/workflow_node');
const { Run, runOfMessage } = require('../lib/run');
const { checkpointAfter, keptCheckpoint } = require('../native/durable/checkpoint');
const { words } = require('./support/words');

test('runs are kept whole, replaced, discarded, and given up when they are old', async () => {
    const directory = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'run-store-')), 'deep', 'runs');
    try {
        const store = new RunStore(directory);
        assert.deepEqual((await store.load()).records, []);
        const writes = Array.from({ length: 50 }, (_, n) => store.keep({ runKey: 'one', n }));
        await store.keep({ runKey: 'two' });
        await Promise.all([...writes, store.discard('two')]);
        const torn = path.join(directory, 'torn.json.new');
        fs.writeFileSync(torn, '{"vers');
        fs.utimesSync(torn, 0, 0); // of a process that is long gone
        fs.writeFileSync(path.join(directory, 'written.json.new'), '{"vers'); // perhaps of another one, at this moment
        fs.writeFileSync(path.join(directory, 'broken.json'), '{"vers');
        await store.keep({ runKey: 'old', keptAt: Date.now() - oldest - 1 });
        await store.keep({ runKey: 'finished', output: {} });
        await store.keep({ runKey: 'finished yesterday', output: {}, keptAt: Date.now() - keptWhenFinished - 1 });

        const { records, finished, expired, unreadable } = await store.load();
        assert.deepEqual(records.map(({ runKey, n }) => [runKey, n]), [['one', 49]]);
        assert.deepEqual(finished.map(({ runKey }) => runKey), ['finished']);
        await Promise.all(['finished', 'one'].map((runKey) => store.discardFinished(runKey)));
        assert.equal(expired, 1);
        assert.equal(unreadable.length, 1);
        const names = fs.readdirSync(directory);
        const written = names.filter((name) => !['broken.json', 'written.json.new'].includes(name));
        assert.deepEqual([names.length, written.length], [3, 1], names.join()); // the broken one is left for a person
        const modes = written.map((name) => fs.statSync(path.join(directory, name)).mode);
        assert.deepEqual(modes.map((mode) => mode & 0o777), [0o600]);
    } finally {
        fs.rmSync(path.join(directory, '..', '..'), { recursive: true });
    }
});

test('a store that cannot be written says so', async () => {
    const store = new RunStore(path.join(__filename, 'not-a-folder'));
    await assert.rejects(store.keep({ runKey: 'one' }), { code: 'ENOTDIR' });
    const { records, unreadable } = await store.load();
    assert.deepEqual([records, unreadable.length], [[], 1]);
});

const submitted = { submission: 'yes', jobId: 'job_1', json: '{"job_id":"job_1"}' };
const maybe = { submission: 'maybe', jobId: null, json: '{"state":"intent"}' };
const prepared = { submission: 'no', jobId: null, json: '{"state":"prepared"}' };

test('a kept checkpoint is read as it was; one of an earlier version may have a job', () => {
    for (const checkpoint of [submitted, maybe, prepared]) {
        assert.deepEqual(keptCheckpoint(JSON.parse(JSON.stringify(checkpoint))), checkpoint);
    }
    const earlier = { version: 1, state: 'submitted', job_id: 'job_1' };
    assert.deepEqual(keptCheckpoint(earlier), { submission: 'maybe', jobId: null, json: JSON.stringify(earlier) });
    for (const forged of [{ ...maybe, submission: 'soon', jobId: 7 }, { json: maybe.json }]) {
        assert.deepEqual(keptCheckpoint(forged), maybe);
    }
    for (const none of [null, undefined, 'job_1', 7]) {
        assert.equal(keptCheckpoint(none), null);
    }
});

test('runs of an earlier version go on: those of files, and those of messages', () => {
    const earlier = { version: 1, state: 'submitted', job_id: 'job_1' };
    const expected = { submission: 'maybe', jobId: null, json: JSON.stringify(earlier) };
    const kept = { runKey: 'run', node: 'place', input: {}, checkpoint: earlier, message: { properties: {}, left: [] } };
    assert.deepEqual(Run.fromRecord(kept).checkpoint, expected);
    const { key, checkpoint } = runOfMessage({ run: { key: 'run', checkpoint: earlier } });
    assert.deepEqual([key, checkpoint], ['run', expected]);
    for (const run of [undefined, null, {}, { key: 'run' }, { key: 7, checkpoint: earlier }]) {
        assert.equal(runOfMessage({ run }), null);
    }
});

test('an error that says nothing of the job leaves the checkpoint as it was', () => {
    const failed = (fields) => Object.assign(new Error('failed'), fields);
    assert.equal(checkpointAfter(failed({}), submitted), submitted); // there is no connection
    assert.equal(checkpointAfter(failed({ code: 'session_closed' }), submitted), submitted);
    assert.equal(checkpointAfter(failed({ code: 'job_failed', checkpoint: null }), submitted), null);
    assert.equal(checkpointAfter(failed({ code: 'processing_timeout', checkpoint: submitted }), null), submitted);
    const unread = { ...submitted, submission: 'maybe', jobId: null };
    assert.equal(checkpointAfter(failed({ code: 'invalid_connection', checkpoint: unread }), submitted), submitted);
    assert.deepEqual(checkpointAfter(failed({ code: 'submission_unknown', checkpoint: maybe }), prepared), maybe);
});

for (const [what, error, discarded] of [
    ['without a connection', new Error('There is no connection'), []],
    ['that failed for good', Object.assign(new Error('failed'), { code: 'job_failed', checkpoint: null }), ['run']],
    ['that is late', Object.assign(new Error('late'), { code: 'processing_timeout', checkpoint: submitted }), []],
    ['whose submit is to be repeated', Object.assign(new Error('no'), { code: 'rate_limited', checkpoint: prepared }), ['run']],
    ['that may have been paid for', Object.assign(new Error('?'), { code: 'submission_unknown', checkpoint: maybe }), []],
]) {
    test(`a run ${what}: its file ${discarded.length > 0 ? 'goes' : 'stays'}`, async () => {
        const gone = [];
        const store = { keep: async () => {}, discard: async (key) => void gone.push(key) };
        const runs = new NodeRuns('place', { store, newKey: () => 'new', log: assert.fail });
        const delivered = new Promise((resolve) => {
            const start = () => Promise.reject(error);
            runs.attach({ node: {}, limit: 1, changed: () => {}, start, failed: resolve, succeeded: assert.fail });
        });
        await runs.accept({ run: { key: 'run', checkpoint: submitted } }, () => {}, () => {}, async () => ({ input: {} }));
        assert.equal((await delivered).outcome.error, error);
        await new Promise(setImmediate);
        assert.deepEqual(gone, discarded);
    });
}

/** Deploys a made-up instance, and lets one run succeed. What the store was asked for, and what was logged. */
async function finish({ wired, removedMeanwhile = false }) {
    const seen = { kept: [], gone: [], logged: [], sent: 0 };
    const store = { keep: async (record) => void seen.kept.push(record), discard: async (key) => void seen.gone.push(key) };
    const runs = new NodeRuns('place', { store, newKey: () => 'run', log: (text) => seen.logged.push(text) });
    let succeed;
    const started = new Promise((resolve) => {
        const start = () => new Promise((end) => resolve((succeed = end)));
        runs.attach({ node: {}, wired, limit: 1, changed: () => {}, start, failed: assert.fail, succeeded: () => (seen.sent += 1) });
    });
    await runs.accept({}, () => {}, () => {}, async () => ({ input: { a: 1 }, warnings: [] }));
    await started;
    const ended = removedMeanwhile ? runs.end() : Promise.resolve();
    succeed({ outcome: 'succeeded', output: { video: 'https://example.com/v.mp4' }, warnings: [] });
    await ended;
    await new Promise(setImmediate);
    return seen;
}

test('a finished run: its file goes once the message has left through a wire', async () => {
    assert.deepEqual(await finish({ wired: true }), { kept: [], gone: ['run'], logged: [], sent: 1 });
});

for (const [what, how, sent] of [
    ['without wires', { wired: false }, 1],
    ['of a node that is removed meanwhile', { wired: true, removedMeanwhile: true }, 0],
]) {
    test(`a finished run ${what}: its output is kept, and the log has the URL`, async () => {
        const seen = await finish(how);
        assert.deepEqual([seen.gone, seen.sent], [[], sent]);
        const output = { video: 'https://example.com/v.mp4' };
        assert.deepEqual(seen.kept, [{ runKey: 'run', node: 'place', input: { a: 1 }, output }]);
        assert.equal(seen.logged.length, 1);
        assert.match(seen.logged[0], /place.*https:\/\/example\.com\/v\.mp4/);
    });
}

const minute = 60 * 1000;

test('the limit of an hour slides, and a place that is given back is free', () => {
    const hourly = new HourlyLimit();
    assert.equal(hourly.take(2, 0), 0);
    assert.equal(hourly.take(2, 40 * minute), 0);
    assert.equal(hourly.take(2, 50 * minute), 10 * minute);
    assert.equal(hourly.take(2, 60 * minute), 0);
    assert.equal(hourly.take(2, 61 * minute), 39 * minute);
    assert.equal(hourly.take(1, 61 * minute), 59 * minute); // a deploy has lowered it
    hourly.giveBack(60 * minute);
    hourly.giveBack(60 * minute); // has already expired
    assert.equal(hourly.take(2, 61 * minute), 0);
    assert.equal(hourly.take(2, 200 * minute), 0);
});

test('a limit of 0 is none, and counts nothing', () => {
    const hourly = new HourlyLimit();
    for (let n = 0; n < 1000; n += 1) {
        assert.equal(hourly.take(0, n), 0);
    }
    assert.equal(hourly.take(1, 1000), 0);
});

/** A node with a limit of an hour, whose runs end as `end` says. Its clock stands where the test puts it. */
function nodeWithLimit(runsPerHour, end = async () => ({ output: {}, warnings: [] })) {
    const seen = { now: 0, started: [], failures: [], succeeded: 0 };
    let keys = 0;
    const store = { keep: async () => {}, discard: async () => {} };
    const runs = new NodeRuns('place', { store, newKey: () => `new ${(keys += 1)}`, log: assert.fail, clock: () => seen.now });
    const spendingError = (wait) => Object.assign(new Error('held up'), { type: 'Spending Limit', wait });
    runs.attach({
        node: {}, wired: true, limit: 10, runsPerHour, changed: () => {}, spendingError,
        start: (run) => {
            seen.started.push(run.msg.n);
            return end(run);
        },
        succeeded: () => (seen.succeeded += 1),
        failed: (run) => seen.failures.push([run.msg.n, run.outcome.error.wait]),
    });
    const settle = async () => {
        for (let turn = 0; turn < 5; turn += 1) {
            await new Promise(setImmediate);
        }
    };
    seen.send = async (...messages) => {
        for (const msg of messages) {
            await runs.accept(msg, () => {}, () => {}, async () => ({ input: {}, warnings: [] }));
        }
        await settle();
    };
    seen.view = () => runs.view();
    return seen;
}

test('messages beyond the limit of an hour fail unstarted, and those after it run', async () => {
    const node = nodeWithLimit(2);
    await node.send({ n: 1 }, { n: 2 }, { n: 3 });
    assert.deepEqual(node.started, [1, 2]);
    assert.deepEqual(node.failures, [[3, 60 * minute]]);
    assert.equal(node.view().counts.lastError, 'Spending Limit');
    node.now = 60 * minute;
    await node.send({ n: 4 });
    assert.deepEqual(node.started, [1, 2, 4]);
});

test('a message that goes on with its job, or may have one, is neither held up nor counted', async () => {
    const node = nodeWithLimit(1);
    const run = (n, checkpoint) => ({ n, run: { key: `key ${n}`, checkpoint } });
    await node.send(run(1, submitted), run(2, maybe), run(3, prepared), run(4, prepared), run(5, submitted), run(6, { of: 'an earlier version' }));
    assert.deepEqual(node.started, [1, 2, 3, 5, 6]);
    assert.deepEqual(node.failures.map(([n]) => n), [4]);
});

test('a run that cost nothing does not count; one that may have does', async () => {
    const failing = (charged) => () => Promise.reject(Object.assign(new Error('no'), { charged, checkpoint: null }));
    const free = nodeWithLimit(1, failing('no'));
    await free.send({ n: 1 });
    await free.send({ n: 2 });
    assert.deepEqual(free.started, [1, 2]);
    const unsure = nodeWithLimit(1, failing('unknown'));
    await unsure.send({ n: 1 });
    await unsure.send({ n: 2 });
    assert.deepEqual(unsure.started, [1]);
});

test('a run that was suspended and goes on counts once', async () => {
    let suspend = true;
    const node = nodeWithLimit(1, async () => {
        const result = suspend ? { outcome: 'suspended', checkpoint: prepared } : { output: {}, warnings: [] };
        suspend = false;
        return result;
    });
    await node.send({ n: 1 });
    assert.deepEqual(node.started, [1, 1]);
    assert.deepEqual(node.failures, []);
    await node.send({ n: 2 });
    assert.deepEqual(node.failures.map(([n]) => n), [2]);
});

test('the limit of an hour is what the form holds, and its error says that nothing was paid', () => {
    const made = (runsPerHour) => {
        const host = { ...words, flowRuns: { of: () => ({ attach: () => {} }) } };
        return new WorkflowNode(host, { descriptor: { errors: [] }, form: { fields: [], mediaOutputs: [] } }, { on: () => {} }, { runsPerHour });
    };
    for (const [text, count] of [['7', 7], [0, 0], ['0', 0], ['', 100], [undefined, 100], ['-1', 100], ['1.5', 100]]) {
        assert.equal(made(text).runsPerHour, count, String(text));
    }
    assert.equal(defaultRunsPerHour, 100);
    const error = made(7).spendingError(90 * 1000 + 1);
    const fields = error.toJSON();
    assert.match(fields.message, /at most 7 runs in an hour.*nothing was paid.* in 2 min$/);
    const { code, charged, retryable, retryAfterMs } = fields;
    assert.deepEqual({ code, charged, retryable, retryAfterMs }, { code: 'spending_limit', charged: 'no', retryable: true, retryAfterMs: 90001 });
    assert.equal(error.code, 'spending_limit');
});
