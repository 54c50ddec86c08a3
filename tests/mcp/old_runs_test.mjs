// What is forgotten, and when: nothing before it was promised, and nothing that may be paid without a try.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';

import { pause, until } from '../support/waiting.js';
import { callTool, client, connectHttp, connectionFile, setUp, startHttp, startService, videoOf } from './support/servers.mjs';

const require = createRequire(import.meta.url);
const part = (name) => require(`../../hosts/mcp/lib/${name}.js`);
const { hasExpired, isDoubtful, ttlMsOf } = part('decisions');
const { KnownRuns } = part('known_runs');
const { OldRuns } = part('old_runs');
const { Run } = part('run');

const day = 24 * 3_600_000;
const ask = 'ab'.repeat(20);

function fileOf(state, run) {
    return path.join(state, 'runs', `${run.split('-')[0]}.json`);
}

test('a server that keeps results shorter removes none of another before its time', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 100 });
    const setup = setUp(service);
    const one = client.old();
    await connectHttp(t, one, (await startHttp(t, setup)).url);
    const call = { name: 'image_to_video', arguments: videoOf(service, 'Zoom') };
    const { structuredContent: { run } } = await callTool(one, call);
    await pause(1100); // the time of the other one
    const other = { ...setup, args: [...setup.args, '--same-call-within', '1s', '--keep-results', '1s'] };
    await startHttp(t, other); // sweeps before it listens
    assert.ok(fs.existsSync(fileOf(setup.state, run)));
    assert.deepEqual(fs.readdirSync(path.join(setup.state, 'files')), [`${run}+video.mp4`]);
    const { structuredContent: same } = await callTool(one, call);
    assert.equal(same.run, run);
    assert.equal(service.jobs.size, 1);
});

test('a run that nobody looked at for long is collected by the next server', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 300, honoursKeys: false });
    const setup = setUp(null, { args: ['--connection', connectionFile(service, {})] });
    const one = client.old();
    const first = await startHttp(t, setup);
    await connectHttp(t, one, first.url);
    const { structuredContent: { run } } = await callTool(one, { name: 'start_image_to_video', arguments: videoOf(service, 'Zoom') });
    const file = fileOf(setup.state, run);
    await until('the job', () => JSON.parse(fs.readFileSync(file, 'utf8')).checkpoint?.submission === 'yes');
    await first.child.end('SIGKILL');
    const record = JSON.parse(fs.readFileSync(file, 'utf8'));
    const [createdAt, updatedAt] = [record.createdAt - 40 * day, record.updatedAt - 40 * day];
    fs.writeFileSync(file, JSON.stringify({ ...record, createdAt, updatedAt, ending: null }));
    await startHttp(t, setup);
    await until('its end', () => JSON.parse(fs.readFileSync(file, 'utf8')).ending?.status === 'succeeded');
    assert.equal(service.jobs.size, 1);
});

test('results stay as long as the server promised that began the run', () => {
    const done = { createdAt: 0, updatedAt: 10, ending: { at: 10 }, keepMs: 1000 };
    assert.equal(ttlMsOf(done, 20, 100), 1010);
    assert.ok(!hasExpired(done, 1010, 100));
    assert.ok(hasExpired(done, 1011, 100));
    assert.ok(!hasExpired(done, 1011, 5000));
});

test('nothing is old by a clock that may be wrong, until it had time to be set', () => {
    const records = [{ updatedAt: 0 }, { updatedAt: day }];
    assert.ok(!isDoubtful(records, 2 * day, 0));
    assert.ok(isDoubtful(records, 400 * day, 0));
    assert.ok(!isDoubtful(records, 400 * day, 2 * 3_600_000));
});

test('a run that no server can go on with is forgotten in the end, and where to look for its job is logged', async () => {
    const lines = [];
    const known = new KnownRuns();
    const record = (changes) => ({
        ask, taskId: `${ask}-a`, node: 'n', input: {}, createdAt: 0, updatedAt: 0, runKey: 'mcp-1', ending: null,
        checkpoint: { submission: 'yes', jobId: 'job_7', json: '{}' }, ...changes,
    });
    const recent = new Run(record({ taskId: `${ask}-b`, ending: { status: 'failed', at: Date.now() }, updatedAt: Date.now() }));
    const untried = new Run(record({ taskId: `${ask}-c` }));
    const leftAlone = new Run(record());
    leftAlone.obstacle = 'it has another account';
    [recent, untried, leftAlone].forEach((run) => known.add(run));
    let isElsewhere = true;
    const old = new OldRuns({
        known,
        files: { find: async () => null, remove: async () => {} },
        media: { keepLater: () => {}, forget: async () => {} },
        settings: { keepMs: day },
        withClaim: async (one, work) => (isElsewhere ? undefined : await work()),
        log: (level, text) => lines.push(text),
    });
    await old.sweep();
    assert.equal(known.all.length, 3, 'another process has it in hand');
    isElsewhere = false;
    await old.sweep();
    assert.deepEqual(known.all, [recent, untried]);
    assert.equal(lines.length, 1);
    assert.match(lines[0], /run of n that began 1970-01-01.*has the job job_7 at the service, under the key mcp-1/);
});
