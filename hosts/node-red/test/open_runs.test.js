'use strict';
// Runs that Start and Collect leave to the flow, without Node-RED: what they end as, and whose their files are.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { keepMessage } = require('../lib/kept_message');
const { NodeRuns } = require('../lib/node_runs');
const { longestWait, operationOf } = require('../lib/operations');
const { Run, runOfMessage } = require('../lib/run');
const { RunKeys } = require('../lib/run_keys');
const { RunStore } = require('../lib/run_store');
const { WorkflowNode } = require('../lib/workflow_node');
const { Spending } = require('../lib/spending');
const { t } = require('./support/words');

const submitted = { submission: 'yes', jobId: 'job_1', json: '{"job_id":"job_1"}' };
const later = { ...submitted, json: '{"job_id":"job_1","polls":1}' };
const prepared = { submission: 'no', jobId: null, json: '{"state":"prepared"}' };
const hour = 3600 * 1000;
const output = { video: 'https://example.com/v.mp4' };
const suspended = (checkpoint) => ({ outcome: 'suspended', checkpoint, resumeAfterMs: 1500, warnings: [] });
const succeeded = { outcome: 'succeeded', output, checkpoint: null, warnings: [] };

test('a flow of an earlier version names no operation, and generates', () => {
    for (const operation of [undefined, 'generate', 'another']) {
        const { collects, optionsFor, endOf } = operationOf({ operation }, [], t);
        assert.deepEqual([collects, optionsFor({}), endOf({}, succeeded)], [false, {}, succeeded]);
    }
});

test('Start leaves a run with a job, or with its output; one that is suspended without is suspended', () => {
    const { optionsFor, endOf } = operationOf({ operation: 'start' }, [], t);
    assert.deepEqual(optionsFor({}), { suspend: 'when-submitted' });
    assert.deepEqual(endOf({ checkpoint: prepared }, suspended(submitted)), { ...suspended(submitted), outcome: 'open' });
    assert.deepEqual(endOf({ checkpoint: submitted }, suspended(null)).checkpoint, submitted);
    assert.deepEqual(endOf({ checkpoint: null }, suspended(prepared)), suspended(prepared));
    assert.deepEqual(endOf({ checkpoint: prepared }, succeeded), { ...succeeded, outcome: 'open', checkpoint: prepared });
});

test('Collect never submits, and waits for as long as the form says, but no longer than until it gives up', () => {
    const optionsOf = (config, age = 0) =>
        operationOf({ operation: 'collect', ...config }, [], t).optionsFor({ startedAt: Date.now() - age });
    for (const [wait, seconds] of [['7', 7], [0, 0], ['', 0], [undefined, 0], ['-1', 0], ['x', 0], [1e9, longestWait]]) {
        const { collectOnly, suspend, timeoutMs } = optionsOf({ wait, giveUpAfter: '48' });
        assert.deepEqual([collectOnly, suspend], [true, { afterMs: seconds * 1000 }], String(wait));
        assert.ok(timeoutMs > suspend.afterMs);
    }
    const { afterMs } = optionsOf({ wait: '3600', giveUpAfter: '1' }, 0.75 * hour).suspend;
    assert.ok(afterMs > 0 && afterMs <= hour / 4, String(afterMs));
    assert.equal(optionsOf({ wait: '3600' }, 25 * hour).suspend.afterMs, 0);
});

test('Collect gives up on a run of yesterday, unless its output is there', () => {
    const known = { code: 'processing_timeout', type: 'Late', cause: 'It is late', solution: 'Wait', retryable: true };
    const { endOf } = operationOf({ operation: 'collect', giveUpAfter: '' }, [known], t);
    const run = (age) => ({ checkpoint: submitted, startedAt: Date.now() - age });
    assert.deepEqual(endOf(run(23 * hour), suspended(later)), { ...suspended(later), outcome: 'open' });
    assert.equal(endOf(run(25 * hour), succeeded), succeeded);
    assert.throws(() => endOf(run(25 * hour), suspended(later)), (error) => {
        const { type, charged, jobId, checkpoint, message } = error;
        assert.deepEqual({ type, charged, jobId, checkpoint }, { type: 'Late', charged: 'unknown', jobId: 'job_1', checkpoint: later });
        assert.match(message, /24 h after the start.*job_1 is kept/);
        return true;
    });
});

test('a run goes through a message and back', () => {
    const run = new Run({ key: 'run', msg: {}, input: { a: 1 }, checkpoint: submitted });
    const back = new Run({ msg: {}, ...runOfMessage({ run: JSON.parse(JSON.stringify(run.toMessage())) }) });
    assert.deepEqual(back.toMessage(), run.toMessage());
    const forged = runOfMessage({ run: { key: 'run', checkpoint: submitted, input: 'a', startedAt: 'today', output: [] } });
    const { input, startedAt, output: none } = new Run({ msg: {}, ...forged });
    assert.deepEqual([input, none, Date.now() - startedAt < hour], [{}, null, true]);
    assert.equal(runOfMessage({ run: { key: 'run', output: [] } }), null);
});

/** Nodes of one store, whose instances end runs as the test says. */
function nodes() {
    const seen = { files: new Map(), logged: [], sent: [] };
    const store = {
        keep: async (record) => void seen.files.set(record.runKey, record),
        discard: async (key) => void seen.files.delete(key),
    };
    const keys = new RunKeys();
    seen.node = (place, end, more = {}) => {
        const runs = new NodeRuns(place, { store, keys, t, newKey: () => 'run', log: (text) => seen.logged.push(text) });
        const to = (port) => (run) => seen.sent.push([port, run.toMessage()]);
        const node = { receive: (msg) => runs.accept(msg, () => {}, () => {}, assert.fail) };
        runs.attach({
            node, wired: true, limit: 1, runsPerHour: 1, changed: () => {}, start: end,
            handOn: to('open'), succeeded: to('done'), failed: to('failed'), spendingError: () => new Error('held up'), ...more,
        });
        return runs;
    };
    return seen;
}

const turns = async () => {
    for (let turn = 0; turn < 5; turn += 1) {
        await new Promise(setImmediate);
    }
};
const leaveOpen = (checkpoint) => async (run) => ({ ...suspended(checkpoint ?? run.checkpoint), outcome: 'open' });
const accept = async (runs, msg) => {
    let refused = null;
    await runs.accept(msg, () => {}, (error) => (refused = error ?? null), async () => ({}));
    await turns();
    return refused;
};

test('the file of an open run stays, is the next node\'s that takes the run, and goes when the output has left', async () => {
    const seen = nodes();
    await accept(seen.node('start', leaveOpen(submitted)), { topic: 'one' });
    const ownerOf = () => seen.files.get('run')?.node;
    const [[port, run]] = seen.sent;
    assert.deepEqual([port, run.checkpoint, ownerOf()], ['open', submitted, 'start']);
    await accept(seen.node('collect', leaveOpen(later)), { topic: 'one', run });
    assert.deepEqual([seen.sent[1][1].checkpoint, ownerOf(), seen.files.get('run').checkpoint], [later, 'collect', later]);
    assert.equal(seen.sent[1][1].startedAt, run.startedAt);
    await accept(seen.node('other', async () => succeeded), { run: seen.sent[1][1] });
    assert.deepEqual([seen.sent[2][0], ownerOf(), seen.logged], ['done', undefined, []]);
});

test('what Collect is sent is on the disk before anything else, also a run that left no file', async () => {
    const seen = nodes();
    await accept(seen.node('collect', () => new Promise(() => {}), { collects: true }), { topic: 'one', run: { key: 'k', checkpoint: prepared } });
    const { node, checkpoint, message } = seen.files.get('k');
    assert.deepEqual([node, checkpoint, message], ['collect', prepared, keepMessage({ topic: 'one' })]);
});

test('a run in progress is refused by every node, is not taken up twice, and is free once its message has left', async () => {
    const seen = nodes();
    let end;
    const one = seen.node('one', () => new Promise((resolve) => (end = resolve)));
    const run = { key: 'run', checkpoint: submitted };
    assert.equal(await accept(one, { run }), null);
    const other = seen.node('other', leaveOpen());
    for (const node of [one, other]) {
        assert.match(await accept(node, { run }), /^The run run is in progress already\. Wait/);
    }
    other.adopt([new Run({ key: 'run', msg: {}, checkpoint: submitted })]);
    assert.ok(other.empty);
    end(succeeded);
    await turns();
    assert.equal(await accept(other, { run }), null);
    assert.deepEqual(seen.sent.map(([port]) => port), ['done', 'open']);
});

test('an open run whose node is removed: its file stays and the log names it', async () => {
    const seen = nodes();
    let end;
    const runs = seen.node('collect', () => new Promise((resolve) => (end = resolve)));
    await accept(runs, { run: { key: 'run', checkpoint: submitted } });
    const ended = runs.end();
    end({ ...suspended(later), outcome: 'open' });
    await ended;
    assert.deepEqual([seen.files.get('run').checkpoint, seen.sent, seen.logged.length], [later, [], 1]);
    assert.match(seen.logged[0], /run run \(job job_1\)/);
    assert.equal(await accept(seen.node('other', leaveOpen()), { run: { key: 'run', checkpoint: later } }), null);
});

test('the age of a run is that of what may have been submitted', async () => {
    const seen = nodes();
    const yesterday = Date.now() - 24 * hour;
    for (const [key, checkpoint] of [['not', prepared], ['maybe', { ...submitted, submission: 'maybe' }], ['submitted', submitted]]) {
        await accept(seen.node(key, leaveOpen(submitted)), { run: { key, checkpoint, startedAt: yesterday } });
    }
    assert.deepEqual(seen.sent.map(([, { key, startedAt }]) => [key, startedAt === yesterday]), [
        ['not', false], ['maybe', true], ['submitted', true],
    ]);
});

test('the status counts runs, however often each is looked for', async () => {
    const seen = nodes();
    const looks = { live: () => new Promise(() => {}), looked: leaveOpen(), found: async () => succeeded };
    const runs = seen.node('collect', (run) => looks[run.input.end](run), { limit: 9 });
    const look = (key, end) => accept(runs, { run: { key, checkpoint: submitted, input: { end } } });
    await look('busy', 'live');
    await look('one', 'looked');
    await look('two', 'looked');
    await look('one', 'looked');
    assert.deepEqual(runs.view().counts, { done: 0, open: 2, failed: 0, lastError: null });
    await look('one', 'found');
    assert.deepEqual(runs.view().counts, { done: 1, open: 1, failed: 0, lastError: null });
});

test('the limit of an hour holds for Start, and not for Collect', async () => {
    const seen = nodes();
    const message = (key) => ({ run: { key, checkpoint: prepared } });
    for (const [what, collects] of [['start', false], ['collect', true]]) {
        const runs = seen.node(what, leaveOpen(), { collects });
        await accept(runs, message(`${what} 1`));
        await accept(runs, message(`${what} 2`));
    }
    assert.deepEqual(seen.sent.map(([port, { key }]) => [port, key]), [
        ['open', 'start 1'], ['failed', 'start 2'], ['open', 'collect 1'], ['open', 'collect 2'],
    ]);
});

/** A node of the type's own class. `execute` is the session's. */
function workflowNode(config, execute, flowRuns = { of: () => ({ attach: () => {} }) }, RED = {}) {
    const entry = { module: {}, descriptor: { actionId: 'a', errors: [] }, form: { fields: [], mediaOutputs: [], price: null }, errorFields: (fields) => fields, warningsIn: (warnings) => warnings, connection: null };
    const host = { RED, t, flowRuns, sessions: { of: () => ({ execute }) }, previews: { add: () => {} }, spending: new Spending() };
    const { wires = [['next'], ['next']], warn = () => {}, ...others } = config;
    return new WorkflowNode(host, entry, { on: () => {}, warn, status: () => {}, wires }, others);
}

test('an answer to the submit that has the output: it is kept with the message, and Collect sends nothing for it', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'open-runs-'));
    try {
        const store = new RunStore(directory);
        const starting = new NodeRuns('start', { store, newKey: () => 'run', log: assert.fail });
        const sent = [];
        const start = workflowNode({ operation: 'start' }, async () => succeeded);
        starting.attach(Object.assign(start, { changed: () => {} }));
        await starting.accept({ topic: 'one' }, (ports) => sent.push(...ports), () => {}, async () => ({ input: { a: 1 }, warnings: [] }));
        await turns();
        await starting.settled();
        const [{ payload, run, topic }] = sent;
        assert.deepEqual([topic, payload, run.output], ['one', { status: 'done', job_id: null, wait_seconds: 0 }, output]);
        const { records, finished } = await store.load();
        assert.deepEqual([records.length, finished.length, Run.fromRecord(records[0]).output], [1, 0, output]);
        await store.discardFinished('run');
        assert.equal((await store.load()).records.length, 1, 'it is not one whose message went nowhere');

        const collecting = workflowNode({ operation: 'collect' }, assert.fail);
        const collected = new Run({ msg: {}, ...runOfMessage({ run }) });
        assert.deepEqual((await collecting.start(collected, {})).output, output);
    } finally {
        fs.rmSync(directory, { recursive: true });
    }
});

test('a run that is cancelled before Collect has sent on its output can be collected again', async () => {
    const runs = new NodeRuns('collect', { store: { keep: async () => {}, discard: assert.fail }, newKey: assert.fail, log: () => {} });
    const node = workflowNode({ operation: 'collect' }, assert.fail, { of: () => runs }, { hooks: { add: () => {}, remove: () => {} } });
    node.limit = 0; // so that it waits
    const msg = { run: { key: 'run', output } };
    const failed = new Promise((resolve) => runs.accept(msg, assert.fail, resolve, async () => ({})));
    await turns();
    await runs.accept({ cancel: true }, assert.fail, () => {}, assert.fail);
    assert.match(await failed, /^Cancelled: /);
    assert.deepEqual(msg.run.output, output);
});

test('an open run whose output has no wire is named in a warning', () => {
    const warnedOf = (operation, wires) => {
        const run = new Run({ key: 'run', msg: {}, checkpoint: submitted });
        run.outcome = { ...suspended(submitted), outcome: 'open' };
        run.bind(() => {}, () => {});
        const warned = [];
        workflowNode({ operation, wires, warn: (text) => warned.push(text) }, assert.fail).handOn(run);
        return warned;
    };
    for (const [operation, wires] of [['start', []], ['start', [[]]], ['collect', [['next']]], ['collect', [['next'], []]]]) {
        const warned = warnedOf(operation, wires);
        assert.equal(warned.length, 1, operation);
        assert.match(warned[0], /run run \(job job_1\) went nowhere.*no wire.*kept/);
    }
    assert.deepEqual([warnedOf('start', [['next']]), warnedOf('collect', [[], ['next']])], [[], []]);
});

test('an open run leaves through the output of its operation, with when to look again', () => {
    const ports = (operation) => {
        const run = new Run({ key: 'run', msg: { topic: 'one' }, checkpoint: submitted });
        run.outcome = { ...suspended(submitted), outcome: 'open' };
        run.bind((messages) => (run.sent = messages), () => {});
        workflowNode({ operation }, assert.fail).handOn(run);
        return run.sent;
    };
    const [msg] = ports('start');
    assert.deepEqual([msg.topic, msg.payload], ['one', { status: 'rendering', job_id: 'job_1', wait_seconds: 2 }]);
    const [done, open] = ports('collect');
    assert.deepEqual([done, open.payload, open.run.key], [null, msg.payload, 'run']);
});
