// Closing a session: no promise is lost, nothing is blocked, and the process lives as long as it should.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { expectNoThreadLeft, load, longestBlockMs, modules, runProgram, sleep, threadCount } from './support.mjs';

const example = load(modules.example);
const callback = load(modules.callback);
const slow = { node: 'slow_echo', input: { text: '', milliseconds: 60_000 } };

test('close suspends what runs, keeps those promises first, and joins the threads', async () => {
    const before = threadCount();
    const session = example.open();
    const order = [];
    const runs = Array.from({ length: 20 }, async () => {
        const { outcome, checkpoint } = await session.execute(slow);
        order.push('run');
        assert.equal(outcome, 'suspended');
        assert.equal(checkpoint.submission, 'yes');
    });
    await session.close().then(() => order.push('closed'));
    await Promise.all(runs);
    assert.deepEqual(order, [...Array(20).fill('run'), 'closed']);
    await expectNoThreadLeft(before);
});

test('close does not block, however long the module takes', async () => {
    const session = callback.open();
    const waiting = session.execute({
        node: 'checkpoints',
        input: { checkpoints: 1 },
        onCheckpoint: () => new Promise(() => {}), // the module waits for it even when it is closed
        checkpointTimeoutMs: 400,
    });
    const started = performance.now();
    let last = started;
    let longest = 0;
    const timer = setInterval(() => {
        const now = performance.now();
        longest = Math.max(longest, now - last);
        last = now;
    }, 5);
    const before = performance.now();
    const closed = session.close();
    const callTook = performance.now() - before;
    await closed;
    clearInterval(timer);
    assert.ok(performance.now() - started >= 390);
    assert.ok(callTook < longestBlockMs, `the call took ${callTook} ms`);
    assert.ok(longest < 350, `the event loop waited for ${longest} ms`); // blocked, it would be 400
    assert.equal((await waiting).outcome, 'suspended');
});

test('an answer that comes while the session closes still counts', async () => {
    const session = callback.open();
    const run = session.execute({
        node: 'checkpoints',
        input: { checkpoints: 1 },
        onCheckpoint: () => sleep(100),
        checkpointTimeoutMs: 20_000,
    });
    const started = performance.now();
    await session.close();
    await run;
    assert.ok(performance.now() - started < 10_000);
});

test('twice is once, and nothing starts afterwards', async () => {
    const session = example.open();
    const closed = session.close();
    assert.equal(session.close(), closed);
    await assert.rejects(session.execute({ node: 'echo', input: { text: '' } }), {
        name: 'ModuleError',
        code: 'session_closed',
    });
    await closed;
    assert.equal(session.close(), closed);
    await assert.rejects(session.execute({ node: 'echo', input: { text: '' } }), { code: 'session_closed' });
});

test('a run of which the module never says that it is over is not lost', async () => {
    const session = callback.open();
    const controller = new AbortController();
    const runs = [1, 2, 3].map(() => session.execute({ node: 'silent', input: {}, signal: controller.signal }));
    const lost = assert.rejects(Promise.any(runs), ({ errors }) => {
        assert.deepEqual(
            errors.map((error) => error.code),
            ['run_lost', 'run_lost', 'run_lost'],
        );
        return true;
    });
    await session.close();
    await lost;
    controller.abort(); // is not for anybody's run now
    const other = callback.open();
    assert.equal((await other.execute({ node: 'storm', input: {} })).outcome, 'succeeded');
    await other.close();
});

test('close inside a callback of a run', async () => {
    const session = example.open();
    let closed;
    const run = session.execute({ ...slow, onProgress: () => (closed ??= session.close()) });
    assert.equal((await run).outcome, 'suspended');
    await closed;
});

test('many sessions of one module at once', async () => {
    const sessions = Array.from({ length: 10 }, () => example.open());
    const runs = sessions.map((session) => session.execute(slow));
    await Promise.all(sessions.map((session) => session.close()));
    for (const { outcome } of await Promise.all(runs)) {
        assert.equal(outcome, 'suspended');
    }
});

test('an idle session does not keep the process alive, neither does a module', async () => {
    const ended = await runProgram('idle_session.mjs', [modules.example], 10_000);
    assert.deepEqual(ended, { code: 0, signal: null, stdout: 'opened\n', stderr: '' });
});

test('a run keeps the process alive until it is over, and a close until it is done', async () => {
    const ended = await runProgram('live_run.mjs', [modules.example], 10_000);
    assert.deepEqual(ended, { code: 0, signal: null, stdout: 'succeeded\nclosed\n', stderr: '' });
});

test('what a callback throws is an uncaught exception, and the run goes on', async () => {
    const ended = await runProgram('throwing_callback.mjs', [modules.callback], 10_000);
    assert.deepEqual(ended, { code: 0, signal: null, stdout: 'caught onLog\ncaught onProgress\nsucceeded\n', stderr: '' });
});
