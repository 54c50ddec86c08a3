'use strict';
// Runs that are on their way with a message when the flows are restarted, without Node-RED: a delay node forgets its messages.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { afterEach, beforeEach, test } = require('node:test');
const { FlowRuns } = require('../lib/flow_runs');
const { RunKeys, mostHandedOn } = require('../lib/run_keys');
const { RunStore } = require('../lib/run_store');
const { until } = require('../../../tests/support/waiting');

const submitted = { submission: 'yes', jobId: 'job_1', json: '{"job_id":"job_1"}' };
const open = async () => ({ outcome: 'open', checkpoint: submitted, resumeAfterMs: 0, warnings: [] });
const succeeded = async () => ({ outcome: 'succeeded', output: {}, checkpoint: null, warnings: [] });

const unchanged = { added: [], changed: [], removed: [], rewired: [], linked: [], flowChanged: [] };
const fullDeploy = { type: 'full', diff: { ...unchanged, changed: ['another'] } };
const restart = { type: 'full', diff: unchanged };

let directory;
beforeEach(() => (directory = fs.mkdtempSync(path.join(os.tmpdir(), 'handed-on-'))));
afterEach(() => fs.rmSync(directory, { recursive: true }));

/** The nodes of one Node-RED. `sent` has what left them, [place, topic, run]. */
function nodeRed() {
    const listeners = new Map();
    const events = { on: (name, listener) => listeners.set(name, listener) };
    const store = new RunStore(directory);
    const seen = { sent: [], logged: [], nodes: new Map() };
    const flowRuns = new FlowRuns({ RED: { events }, store, sessions: { close: async () => {} }, log: (level, text) => seen.logged.push(text) });
    seen.make = (id, start) => {
        const runs = flowRuns.of({ id });
        const send = (run) => seen.sent.push([id, run.msg.topic, run.toMessage()]);
        const node = { id, receive: (msg) => runs.accept(msg, () => {}, () => {}, assert.fail) };
        seen.nodes.set(id, { node, start, runs });
        runs.attach({ node, start, collects: id === 'collect', wired: true, limit: 9, runsPerHour: 0, changed: () => {}, handOn: send, succeeded: send, failed: send });
    };
    seen.send = async (id, msg) => {
        await seen.nodes.get(id).runs.accept(msg, () => {}, assert.ifError, async () => ({}));
        await seen.idle();
    };
    seen.idle = async () => {
        const all = [...seen.nodes.values()].map(({ runs }) => runs);
        await until('the messages to leave', () => all.every((runs) => runs.empty));
        await Promise.all(all.map((runs) => runs.settled()));
    };
    seen.started = async () => {
        await listeners.get('flows:started')();
        await seen.idle();
    };
    /** Stops the nodes that `stopped` names, and makes them anew. */
    seen.remake = async (event, stopped = [...seen.nodes.keys()]) => {
        listeners.get('flows:stopping')(event);
        await Promise.all(stopped.map((id) => flowRuns.close(seen.nodes.get(id).node, event.diff.removed.includes(id))));
        stopped.filter((id) => !event.diff.removed.includes(id)).forEach((id) => seen.make(id, seen.nodes.get(id).start));
    };
    seen.replace = async (event, stopped) => {
        await seen.remake(event, stopped);
        await seen.started();
    };
    return seen;
}

async function startOne(look = succeeded) {
    const seen = nodeRed();
    seen.make('start', open);
    seen.make('collect', look);
    await seen.started();
    await seen.send('start', { topic: 'one' });
    return seen;
}

const places = (seen) => seen.sent.map(([place, topic]) => `${place} ${topic}`);

for (const [what, event] of [
    ['a full deploy', fullDeploy],
    ['a restart of the flows', restart],
    ['a full deploy that changes the node itself', { type: 'full', diff: { ...unchanged, changed: ['start'] } }],
    ['a deploy of the flow', { type: 'flows', diff: { ...unchanged, changed: ['another'], linked: ['start', 'collect'] } }],
    ['a change of the flow among changed nodes', { type: 'nodes', diff: { ...unchanged, flowChanged: ['tab'] } }],
]) {
    test(`${what}: the run goes on at the node that handed it on, once`, async () => {
        const seen = await startOne();
        await seen.replace(event);
        assert.deepEqual(places(seen), ['start one', 'start one']);
        assert.equal(seen.sent[1][2].key, seen.sent[0][2].key);
        assert.ok(seen.logged.includes('Resuming 1 runs whose messages were on their way when the flows stopped.'));
        await seen.started();
        assert.equal(seen.sent.length, 2);
        await seen.send('collect', { topic: 'one', run: seen.sent[1][2] });
        await seen.replace(event);
        assert.deepEqual(places(seen).slice(2), ['collect one']);
    });
}

for (const [what, stopped, diff] of [
    ['another node', [], { ...unchanged, changed: ['another'] }],
    ['the node itself', ['start'], { ...unchanged, changed: ['start'] }],
]) {
    test(`a deploy of changed nodes that changes ${what}: the message is still on its way, and is not sent again`, async () => {
        const seen = await startOne();
        await seen.replace({ type: 'nodes', diff }, stopped);
        assert.deepEqual(places(seen), ['start one']);
        await seen.replace(fullDeploy);
        assert.deepEqual(places(seen), ['start one', 'start one']);
    });
}

test('a node that is removed: its runs are kept, and go on when it is back', async () => {
    const seen = await startOne();
    await seen.replace({ type: 'full', diff: { ...unchanged, removed: ['start'] } });
    assert.deepEqual(places(seen), ['start one']);
    seen.make('start', open);
    await seen.started();
    assert.deepEqual(places(seen), ['start one', 'start one']);
});

for (const [what, event] of [
    ['changed nodes', { type: 'nodes', diff: { ...unchanged, changed: ['collect'] } }],
    ['everything', { type: 'full', diff: { ...unchanged, changed: ['collect'] } }],
]) {
    test(`a deploy of ${what} changes a Collect while it waits: the run goes on in the new one`, async () => {
        let looks = 0;
        const untilCancelled = (run) =>
            new Promise((resolve, reject) => {
                const cancelled = () => reject(Object.assign(new Error('cancelled'), { code: 'cancelled', checkpoint: submitted }));
                run.canceller.signal.addEventListener('abort', cancelled);
            });
        const look = (run) => ((looks += 1) === 1 ? untilCancelled(run) : succeeded(run));
        const seen = await startOne(look);
        await seen.nodes.get('collect').runs.accept({ topic: 'one', run: seen.sent[0][2] }, () => {}, assert.ifError, async () => ({}));
        await until('the look', () => looks === 1);
        await seen.replace(event, ['collect']);
        await until('the video', () => seen.sent.length === 2);
        assert.deepEqual(places(seen), ['start one', 'collect one']);
        await seen.idle();
        assert.equal(fs.readdirSync(directory).length, 0);
    });
}

test('a message that comes back before the flows have started goes on alone', async () => {
    const seen = await startOne(open);
    await seen.remake(fullDeploy);
    await seen.send('collect', { topic: 'one', run: seen.sent[0][2] });
    await seen.started();
    assert.deepEqual(places(seen), ['start one', 'collect one']);
});

test('a run that failed has ended, although its file is kept for a job that may go on', async () => {
    const seen = await startOne(async () => Promise.reject(Object.assign(new Error('late'), { checkpoint: submitted })));
    await seen.send('collect', { topic: 'one', run: seen.sent[0][2] });
    await seen.replace(fullDeploy);
    assert.deepEqual([places(seen), fs.readdirSync(directory).length], [['start one', 'collect one'], 1]);
});

test('a run whose file cannot be read is named in the log', async () => {
    const seen = await startOne();
    const [name] = fs.readdirSync(directory);
    fs.writeFileSync(path.join(directory, name), '{');
    await seen.replace(fullDeploy);
    assert.deepEqual(places(seen), ['start one']);
    assert.match(seen.logged.join('\n'), /The run start:\S+ \(job not known\) cannot be resumed, and its file is left in place/);
});

test('only so many runs that went on are remembered', () => {
    const keys = new RunKeys();
    for (let n = 0; n <= mostHandedOn; n += 1) {
        keys.handOn(`run ${n}`, 'place');
    }
    keys.strand('place');
    const stranded = keys.strandedAt('place');
    assert.deepEqual([stranded.length, stranded[0]], [mostHandedOn, 'run 1']);
});
