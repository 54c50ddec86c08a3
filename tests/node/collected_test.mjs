// What is no longer referenced: sessions are closed, modules unloaded, files may be replaced and loaded again.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { collectUntil, isMapped, load, modules, threadCount } from './support.mjs';

function temporaryCopy(t, file) {
    const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'addon-')));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    const copy = path.join(folder, 'module.so');
    fs.copyFileSync(file, copy);
    return copy;
}

test('sessions that were forgotten are closed', { timeout: 30_000 }, async () => {
    const module = load(modules.callback);
    const before = threadCount();
    const use = async () => {
        const session = module.open({ onLog: () => {} });
        assert.equal((await session.execute({ node: 'storm', input: { logs: 10 } })).outcome, 'succeeded');
    };
    for (let i = 0; i < 10; i += 1) {
        await use();
    }
    assert.ok(threadCount() >= before + 8);
    await collectUntil(() => threadCount() <= before, 'the threads of forgotten sessions end');
});

test('a session with a live run is not forgotten', { timeout: 30_000 }, async () => {
    const start = () =>
        load(modules.example)
            .open()
            .execute({ node: 'slow_echo', input: { text: '', milliseconds: 500 } });
    const run = start();
    let over = false;
    run.then(() => (over = true));
    await collectUntil(() => over, 'the run ends');
    assert.equal((await run).outcome, 'succeeded');
});

test('a close completes even if the session is no longer referenced', { timeout: 30_000 }, async () => {
    let closed = false;
    load(modules.callback)
        .open({ settings: { close_ms: 200 } })
        .close()
        .then(() => (closed = true));
    await collectUntil(() => closed, 'the promise of close is kept');
});

test('a module that was forgotten is unloaded', { timeout: 30_000 }, async (t) => {
    const file = temporaryCopy(t, modules.example);
    const use = async () => {
        const session = load(file).open();
        await session.execute({ node: 'echo', input: { text: '' } });
        await session.close();
    };
    await use();
    assert.ok(isMapped(file));
    await collectUntil(() => !isMapped(file), 'the library is unloaded');
});

test('a file is replaced and loaded again, 20 times', { timeout: 60_000 }, async (t) => {
    const file = temporaryCopy(t, modules.example);
    const use = async (name, run) => {
        const module = load(file);
        assert.equal(module.name, name);
        const session = module.open();
        assert.equal((await session.execute(run)).outcome, 'succeeded');
    };
    for (let i = 0; i < 20; i += 1) {
        const next = path.join(path.dirname(file), 'next.so');
        const even = i % 2 === 0;
        fs.copyFileSync(even ? modules.example : modules.callback, next);
        fs.renameSync(next, file);
        await use(...(even ? ['example', { node: 'echo', input: { text: '' } }] : ['callback', { node: 'storm', input: {} }]));
        await collectUntil(() => !isMapped(file), 'the library is unloaded');
    }
});
