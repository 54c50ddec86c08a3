// A hundred thousand callbacks from many threads: all arrive, in order, and the event loop stays free.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertEventLoopFree, load, modules, sanitized } from './support.mjs';

const callback = load(modules.callback);
const many = 100_000;
const width = 8;

test('100 000 lines of log from 8 threads', async (t) => {
    const next = new Map(); // of each run
    let wrong = 0;
    const session = callback.open({
        onLog: (level, message) => {
            const [, run, line] = /^run (\d+) line (\d+)$/.exec(message);
            wrong += Number(line) === (next.get(run) ?? 0) ? 0 : 1;
            next.set(run, Number(line) + 1);
        },
    });
    await assertEventLoopFree(t, async () => {
        next.clear();
        const run = { node: 'storm', input: { logs: many / width } };
        await Promise.all(Array.from({ length: width }, () => session.execute(run)));
        assert.equal(wrong, 0, 'out of order');
        assert.deepEqual([...next.values()], Array(width).fill(many / width));
    });
    await session.close();
});

test('100 000 runs, 1 000 at once', async (t) => {
    const session = callback.open();
    await assertEventLoopFree(t, async () => {
        let started = 0;
        let succeeded = 0;
        const lane = async () => {
            while (started < many) {
                started += 1;
                const { outcome } = await session.execute({ node: 'storm', input: { logs: 0 } });
                succeeded += outcome === 'succeeded' ? 1 : 0;
            }
        };
        await Promise.all(Array.from({ length: 1000 }, lane));
        assert.equal(succeeded, many);
    });
    await session.close();
});

test('progress that was not read in time is replaced: memory stays bounded', async (t) => {
    const session = callback.open();
    const seen = [];
    const run = session.execute({
        node: 'storm',
        input: { progress: many },
        onProgress: ({ elapsedMs }) => seen.push(elapsedMs), // the module counts in it
    });
    const end = performance.now() + 300; // JavaScript is busy with other things
    while (performance.now() < end) {}
    await run;
    t.diagnostic(`${seen.length} of ${many} were seen`);
    assert.equal(seen.at(-1), many - 1, 'the last always is');
    assert.ok(seen.length < many / 2);
    assert.deepEqual(
        seen,
        [...seen].sort((a, b) => a - b),
        'in order',
    );
    await session.close();
});

test('an unread log does not take all memory, and the loss is reported', async (t) => {
    const counts = { debug: 0, warning: [] };
    const session = callback.open({
        onLog: (level, message) => (level === 'debug' ? (counts.debug += 1) : counts.warning.push(message)),
    });
    const run = session.execute({ node: 'storm', input: { logs: 1_000_000 } });
    const before = process.memoryUsage.rss();
    const end = performance.now() + 2000; // JavaScript is busy with other things
    while (performance.now() < end) {}
    const grown = (process.memoryUsage.rss() - before) / 1048576;
    t.diagnostic(`memory grew by ${grown.toFixed(0)} MiB`);
    await run;
    await session.execute({ node: 'storm', input: { logs: 1 } });
    const lost = counts.warning.map((message) => Number(/^(\d+) lines of log were lost/.exec(message)[1]));
    assert.equal(
        lost.reduce((a, b) => a + b, counts.debug),
        1_000_001,
    );
    assert.ok(lost.length > 0);
    assert.ok(sanitized || grown < 128, `memory grew by ${grown} MiB`);
    await session.close();
});
