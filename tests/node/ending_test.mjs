// What ends amid runs: worker threads and processes. No crash, no thread left, every time.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { expectNoThreadLeft, load, modules, repeat, repetitions, runProgram, threadCount } from './support.mjs';

const server = new Worker(new URL('./programs/job_server.mjs', import.meta.url));
const [port] = await once(server, 'message');
after(() => server.terminate());
const program = (name) => new URL(`./programs/${name}`, import.meta.url);
const given = { ...modules, port };

test(`a worker is terminated amid runs, ${repetitions} times`, { timeout: 120_000 }, async () => {
    const before = threadCount();
    await repeat(repetitions, 2, async (number) => {
        const worker = new Worker(program('worker_amid_runs.mjs'), { workerData: given });
        if (number % 4 !== 0) {
            await once(worker, 'message'); // otherwise at any moment of its start
        }
        await new Promise((resolve) => setTimeout(resolve, number % 7));
        const ended = once(worker, 'exit'); // rejects when the worker has an error
        worker.terminate();
        await ended;
    });
    await expectNoThreadLeft(before);
    // This environment's own session is as before.
    const session = load(modules.example).open();
    assert.equal((await session.execute({ node: 'echo', input: { text: '' } })).outcome, 'succeeded');
    await session.close();
});

test('several workers load the same modules and end by themselves', { timeout: 60_000 }, async () => {
    const before = threadCount();
    await Promise.all(
        Array.from({ length: 4 }, async () => {
            const worker = new Worker(program('worker_to_its_end.mjs'), { workerData: given });
            const said = once(worker, 'message');
            const [code] = await once(worker, 'exit');
            assert.equal(code, 0);
            assert.deepEqual((await said)[0], { succeeded: 200, ended: 20 });
        }),
    );
    await expectNoThreadLeft(before);
});

const ways = [
    ['callback', 7, ''],
    ['timer', 7, ''],
    ['uncaught exception', 1, /Error: on purpose/],
    ['in a worker', 7, ''],
    ['with a worker', 7, ''],
    ['at once', 7, ''],
];
test(`a process ends amid runs, ${repetitions} times`, { timeout: 240_000 }, async (t) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'addon-'));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    await repeat(repetitions, 3, async (number) => {
        const [how, code, stderr] = ways[number % ways.length];
        const closedFile = path.join(folder, `closed ${number}`);
        const argument = JSON.stringify({ how, after: number % 11, modules: { ...given, closedFile } });
        const ended = await runProgram('exit_amid_runs.mjs', [argument]);
        const what = `${number}, ${how}: ${JSON.stringify(ended)}`;
        assert.equal(ended.signal, null, what);
        assert.equal(ended.code, code, what);
        assert.equal(ended.stdout, '', what);
        assert.ok(fs.existsSync(closedFile), `the session was not closed: ${what}`);
        if (stderr === '') {
            assert.equal(ended.stderr, '', what);
        } else {
            assert.match(ended.stderr, stderr, what);
        }
    });
});
