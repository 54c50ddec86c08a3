// AbortSignal: before, during and after a run.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { after, test } from 'node:test';

import { load, modules, RunError } from './support.mjs';

const session = load(modules.example).open();
const callback = load(modules.callback).open();
after(() => Promise.all([session.close(), callback.close()]));

const slow = { node: 'slow_echo', input: { text: '', milliseconds: 60_000 } };

test('aborted before: the run is not started, and nothing is charged', async () => {
    let called = 0;
    const count = () => (called += 1);
    const run = session.execute({ ...slow, signal: AbortSignal.abort(), onProgress: count, onCheckpoint: count });
    await assert.rejects(run, (error) => {
        assert.ok(error instanceof RunError);
        assert.equal(error.outcome, 'cancelled');
        assert.equal(error.code, 'cancelled');
        assert.equal(error.type, 'Cancelled');
        assert.equal(error.solution, 'Run it again'); // the module's own words
        assert.equal(error.charged, 'no');
        return true;
    });
    assert.equal(called, 0);
});

test('aborted before, at a node that does not list the error', () =>
    assert.rejects(callback.execute({ node: 'storm', input: {}, signal: AbortSignal.abort() }), {
        name: 'RunError',
        code: 'cancelled',
    }));

test('aborted before, with a checkpoint: that is still what there is to go on from', async () => {
    const before = { ...slow, signal: AbortSignal.abort() };
    const kept = { submission: 'yes', jobId: 'echo-1', json: '{"milliseconds":1}' };
    await assert.rejects(session.execute({ ...before, checkpoint: kept }), { code: 'cancelled', checkpoint: kept });
    const unknown = { submission: 'maybe', jobId: null, json: kept.json };
    await assert.rejects(session.execute({ ...before, checkpoint: { json: kept.json } }), { checkpoint: unknown });
    await assert.rejects(session.execute(before), { checkpoint: null });
});

test('aborted right after execute, before any callback', async () => {
    const controller = new AbortController();
    const run = session.execute({ ...slow, signal: controller.signal });
    controller.abort();
    await assert.rejects(run, { name: 'RunError', outcome: 'cancelled' });
});

test('aborted during', async () => {
    const controller = new AbortController();
    const run = session.execute({
        ...slow,
        signal: controller.signal,
        onProgress: ({ phase }) => phase === 'running' && controller.abort(),
    });
    await assert.rejects(run, { name: 'RunError', outcome: 'cancelled' });
});

test('one signal for many runs, without a warning about its listeners', async (t) => {
    const warned = t.mock.fn();
    process.on('warning', warned);
    t.after(() => process.off('warning', warned));
    const controller = new AbortController();
    const runs = Array.from({ length: 20 }, () => session.execute({ ...slow, signal: controller.signal }));
    controller.abort();
    for (const { status, reason } of await Promise.allSettled(runs)) {
        assert.equal(status, 'rejected');
        assert.equal(reason.outcome, 'cancelled');
    }
    assert.equal(warned.mock.callCount(), 0);
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
});

test('aborted after: nothing happens, and no listener is left', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const run = { node: 'echo', input: { text: '' }, signal };
    assert.equal((await session.execute(run)).outcome, 'succeeded');
    await assert.rejects(session.execute({ ...run, input: {} }), { outcome: 'failed' });
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    const other = session.execute({ ...slow, suspend: { afterMs: 50 } }); // may have the id of the first
    controller.abort();
    assert.equal((await other).outcome, 'suspended');
});

test('aborted in the moment of the end: one or the other, never nothing', async () => {
    let ended = 0;
    for (let i = 0; i < 300; i += 1) {
        const controller = new AbortController();
        const run = callback.execute({ node: 'storm', input: { progress: i % 7 }, signal: controller.signal });
        setImmediate(() => controller.abort());
        await run.then(
            ({ outcome }) => assert.equal(outcome, 'succeeded'),
            ({ outcome }) => assert.equal(outcome, 'cancelled'),
        );
        ended += 1;
    }
    assert.equal(ended, 300);
});
