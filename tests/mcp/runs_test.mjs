// The runs of a server, with a module and a disk that do what a test wants.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';

import { temporaryDirectory } from './support/places.mjs';

const require = createRequire(import.meta.url);
const part = (name) => require(`../../hosts/mcp/lib/${name}.js`);
const { Claims } = part('claims');
const { nextTryMs } = part('decisions');
const { InputFiles } = part('input_files');
const { RunFiles } = part('run_files');
const { Runs } = part('runs');

const hour = 3_600_000;
const ask = 'ab'.repeat(20);
const job = { submission: 'yes', jobId: 'j', json: '{}' };
const outage = Object.assign(new Error('Away'), {
    fields: { type: 'Service Unavailable', code: 'unavailable', message: 'Away', retryable: true, charged: 'unknown', details: [] },
});

/** {runs, files, execution: what the module was given last, with `succeed` and `fail`, log: lines, begin: asks for a run} */
async function setUp(t) {
    const state = temporaryDirectory();
    const claims = new Claims(path.join(state, 'claims'));
    const inputFiles = new InputFiles({ directory: path.join(state, 'inputs'), allowed: { folders: [] } });
    const files = new RunFiles(path.join(state, 'runs'), inputFiles);
    const node = { module: { name: 'm' }, descriptor: { actionId: 'n' }, form: { mediaOutputs: [] } };
    const set = { files, log: [], state, onClose: () => {} };
    const execute = (given) => new Promise((succeed, fail) => {
        set.execution = { ...given, succeed, fail };
    });
    set.runs = new Runs({
        nodes: [node],
        sessions: { of: () => ({ execute }), close: async () => set.onClose() },
        accounts: { connectionOf: () => null, nameOf: () => 'a', nodeOf: () => ({ node }) },
        files,
        claims,
        keeper: { close: () => {} },
        secret: 's',
        settings: { sameCallMs: hour, keepMs: hour },
        log: (level, text) => set.log.push(text),
    });
    await set.runs.open();
    t.after(() => set.runs.close());
    set.begin = () => set.runs.ask(ask, { owner: 'o', session: 's', node, input: {}, variation: null, warnings: [], mayBegin: true });
    return set;
}

const noRoom = () => Promise.reject(Object.assign(new Error("ENOSPC: no space left on device, open '/secret/place'"), { code: 'ENOSPC', syscall: 'open' }));

test('a failure that may pass, and comes while the server stops, is no end', async (t) => {
    const set = await setUp(t);
    await set.begin();
    await set.execution.onCheckpoint(job);
    set.onClose = () => set.execution.fail(outage);
    await set.runs.close();
    const { ending, checkpoint } = await set.files.last(ask);
    assert.equal(ending, null);
    assert.deepEqual(checkpoint, job);
});

test('a cancel that the disk does not take is one all the same', async (t) => {
    const set = await setUp(t);
    const run = await set.begin();
    t.mock.method(set.files, 'keep', noRoom);
    assert.equal(await set.runs.cancel(run), null);
    assert.equal(set.execution.signal.aborted, true);
    assert.match(set.log.at(-1), /is to be cancelled could not be kept.*ENOSPC/);
    set.execution.succeed({ outcome: 'suspended', checkpoint: null });
});

test('a disk that fails is told without its paths, and a run that is known is there all the same', async (t) => {
    const set = await setUp(t);
    t.mock.method(set.files, 'keep', noRoom, { times: 1 });
    await assert.rejects(set.begin(), ({ message }) => {
        assert.match(message, /disk failed \(ENOSPC\), so nothing was started or paid now/);
        return !message.includes('/secret/place');
    });
    assert.match(set.log.at(-1), /ENOSPC.*secret.place/);
    const run = await set.begin();
    set.execution.succeed({ outcome: 'succeeded', output: {}, warnings: [], checkpoint: null });
    await run.wait(10_000);
    t.mock.method(set.files, 'find', noRoom);
    assert.equal(await set.runs.find(run.record.taskId, 'o'), run);
    assert.equal(await set.runs.find(run.record.taskId, 'another'), null);
    await assert.rejects(set.runs.find(`${ask}-unknown`, 'o'), /disk failed/);
});

test('who removes the file of a run that is known does not make the same call pay again', async (t) => {
    const set = await setUp(t);
    const run = await set.begin();
    set.execution.succeed({ outcome: 'succeeded', output: {}, warnings: [], checkpoint: null });
    await run.wait(10_000);
    fs.rmSync(set.state, { recursive: true });
    assert.equal(await set.runs.foresee(ask), 'same');
    assert.equal(await set.begin(), run);
    assert.equal(await set.runs.find(run.record.taskId, 'o'), run);
});

test('however long a service asks to wait, there is a next try', () => {
    const record = { createdAt: 0, checkpoint: job, cancelRequested: false };
    assert.equal(nextTryMs(record, { retryable: true, retry_after_ms: 2 ** 40 }, 1), hour);
});
