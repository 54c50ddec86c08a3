// Clients that give up and call again, and servers that are killed: one job, one video.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Child } from '../support/child.js';
import { pause, until } from '../support/waiting.js';
import { temporaryDirectory } from './support/places.mjs';
import { callTool, client, connectHttp, connectStdio, connectionFile, setUp, startHttp, startService, textOf, videoOf } from './support/servers.mjs';

async function gone(pid) {
    await until(`the end of ${pid}`, () => {
        try {
            process.kill(pid, 0);
            return false;
        } catch {
            return true;
        }
    });
}

for (const generation of ['old', 'new']) {
    test(`${generation}: given up and asked again five times, with the server killed in between`, { timeout: 120_000 }, async (t) => {
        const service = await startService(t, { renderMs: () => 600_000 });
        const setup = setUp(null, { args: ['--connection', connectionFile(service)] });
        const video = videoOf(service, 'Zoom');
        const job = () => service.jobs.get('job_1');
        let submitsUntilKept;
        for (let i = 0; i < 5; i += 1) {
            const one = client[generation]();
            const { pid } = await connectStdio(t, one, setup);
            // A client's 60 s, shortened: differently each time, so that the server is killed at different points.
            const gaveUp = callTool(one, { name: 'image_to_video', arguments: video }, { timeout: 30 + i * 250 });
            await assert.rejects(gaveUp, /timed out/i);
            process.kill(pid, 'SIGKILL');
            await gone(pid);
            await one.close();
            if (job()?.polls > 0) {
                submitsUntilKept ??= job().submits;
            }
        }
        assert.ok(submitsUntilKept > 0);
        job().doneAt = performance.now();
        const one = client[generation]();
        await connectStdio(t, one, setup);
        const result = await callTool(one, { name: 'image_to_video', arguments: { ...video, negative_prompt: null, extra: 1 } });
        assert.equal(result.structuredContent.output.video, `${service.url}/videos/job_1.mp4`);
        assert.equal(service.jobs.size, 1);
        assert.equal(job().submits, submitsUntilKept, 'once its id is on the disk, it is not submitted again');
    });
}

test('five at once are one', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 500 });
    const one = client.new();
    await connectStdio(t, one, setUp(service));
    const calls = Array.from({ length: 5 }, () => callTool(one, { name: 'image_to_video', arguments: videoOf(service, 'Zoom') }));
    const runs = new Set((await Promise.all(calls)).map(({ structuredContent }) => structuredContent.run));
    assert.equal(runs.size, 1);
    assert.equal(service.jobs.size, 1);
});

test('a task survives kill -9, and goes on before anybody asks', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 2000 });
    const setup = setUp(null, { args: ['--connection', connectionFile(service)] });
    const first = await startHttp(t, setup);
    const one = client.old();
    await connectHttp(t, one, first.url);
    const { structuredContent } = await callTool(one, { name: 'start_image_to_video', arguments: videoOf(service, 'Zoom') });
    await until('the job', () => service.jobs.size === 1);
    await first.child.end('SIGKILL');
    const second = await startHttp(t, setup);
    assert.match(second.child.output, /Went on with 1 runs/);
    const polls = () => [...service.jobs.values()][0].polls;
    const before = polls();
    await until('a look at the job', () => polls() > before);
    const other = client.new();
    await connectHttp(t, other, second.url);
    const { run } = structuredContent;
    const result = await callTool(other, { name: 'collect_run', arguments: { run } });
    assert.equal(result.structuredContent.output.video, `${service.url}/videos/job_1.mp4`);
    await second.child.end('SIGKILL');

    const third = await startHttp(t, setup);
    const last = client.old();
    await connectHttp(t, last, third.url);
    const again = await callTool(last, { name: 'collect_run', arguments: { run } });
    assert.deepEqual(again.structuredContent, result.structuredContent, 'the result is kept');
    assert.equal(service.jobs.size, 1);
});

test('a server that is told to stop suspends its runs, and the next goes on', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 1500 });
    const setup = setUp(null, { args: ['--connection', connectionFile(service)] });
    const one = client.old();
    const { pid } = await connectStdio(t, one, setup);
    await callTool(one, { name: 'start_image_to_video', arguments: videoOf(service, 'Zoom') });
    await until('the job', () => service.jobs.size === 1);
    const started = performance.now();
    await one.close(); // ends the server's stdin
    await gone(pid);
    assert.ok(performance.now() - started < 11_000);
    const other = client.new();
    await connectStdio(t, other, setup);
    const result = await callTool(other, { name: 'image_to_video', arguments: videoOf(service, 'Zoom') });
    assert.equal(result.structuredContent.output.video, `${service.url}/videos/job_1.mp4`);
    assert.equal(service.jobs.size, 1);
});

test('two servers with the same folder of runs, as two programs of one person start them', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 4000, honoursKeys: false });
    const setup = setUp(service);
    const [one, two] = [client.old(), client.new()];
    const [{ pid }] = [await connectStdio(t, one, setup), await connectStdio(t, two, setup)];
    const video = { name: 'image_to_video', arguments: videoOf(service, 'Zoom') };
    const { structuredContent } = await callTool(one, { ...video, name: 'start_image_to_video' });
    const joined = callTool(two, video);
    await until('the job', () => service.recordedJobsOf('Zoom').length === 1);
    await pause(300);
    process.kill(pid, 'SIGKILL'); // the one that has the run in hand
    const result = await joined;
    assert.equal(result.structuredContent.status, 'succeeded', textOf(result));
    assert.equal(result.structuredContent.run, structuredContent.run);
    assert.equal(service.jobs.size, 1);
});

test('what a run ended with is not paid again; what cost nothing may be tried again', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 200 });
    const state = temporaryDirectory();
    const setup = setUp(service, { state, args: ['--same-call-within', '1s'] });
    const one = client.old();
    await connectStdio(t, one, setup);
    const run = async (prompt) => (await callTool(one, { name: 'image_to_video', arguments: videoOf(service, prompt) })).structuredContent?.run;
    const first = await run('Zoom');
    assert.equal(await run('Zoom'), first);
    await pause(1100); // the window that was set
    const second = await run('Zoom');
    assert.notEqual(second, first);
    assert.equal(service.jobs.size, 2);
    const earlier = await callTool(one, { name: 'collect_run', arguments: { run: first } });
    assert.equal(earlier.structuredContent.output.video, `${service.url}/videos/job_1.mp4`, 'the one before is still there');
    assert.notEqual(await run('vague'), await run('vague'));
});

test('a job that outlives the deadline of its run is collected all the same', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 3500 });
    const file = connectionFile(service, { job_timeout_ms: 1000 });
    const one = client.new();
    await connectStdio(t, one, setUp(null, { args: ['--connection', file, '--answer-within', '50s'] }));
    const result = await callTool(one, { name: 'image_to_video', arguments: videoOf(service, 'Zoom') }, { timeout: 55_000 });
    assert.equal(result.structuredContent.status, 'succeeded', textOf(result));
    assert.equal(service.jobs.size, 1);
});

test('a client that does not read the log takes nothing from a submit', { timeout: 60_000 }, async (t) => {
    const sendVideo = (request, response) => response.writeHead(404).end(); // which is logged
    const service = await startService(t, { renderMs: () => 100, submitMs: 300, honoursKeys: false, sendVideo });
    const { command, args, ...setup } = setUp(service);
    const one = client.new();
    // The reader is gone before the server writes.
    const withoutReader = ['-c', 'exec "$0" "$@" 2> >(exec true)', command, ...args];
    await connectStdio(t, one, { ...setup, command: 'bash', args: withoutReader });
    for (const prompt of ['Zoom', 'Pan']) {
        const result = await callTool(one, { name: 'image_to_video', arguments: videoOf(service, prompt) });
        assert.equal(result.structuredContent.status, 'succeeded', textOf(result));
    }
    assert.equal(service.jobs.size, 2);
});

test('a client that reads no answer leaves its run to the next server', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 1000, submitMs: 1000, honoursKeys: false });
    const setup = setUp(service);
    const child = new Child(setup.command, setup.args, { env: setup.env, stdio: ['pipe', 'pipe', 'pipe'] });
    const send = (message) => child.process.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const clientInfo = { name: 'x', version: '1' };
    send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo } });
    await child.says(/"id":1/, 'the server');
    send({ method: 'notifications/initialized' });
    send({ id: 2, method: 'tools/call', params: { name: 'image_to_video', arguments: videoOf(service, 'Zoom') } });
    await until('the submit', () => service.jobs.size === 1);
    child.process.stdout.destroy();
    [3, 4, 5].forEach((id) => send({ id, method: 'tools/list' }));
    assert.deepEqual(await child.ended, { code: 0, signal: null });

    const one = client.old();
    await connectStdio(t, one, setup);
    const result = await callTool(one, { name: 'image_to_video', arguments: videoOf(service, 'Zoom') });
    assert.equal(result.structuredContent.status, 'succeeded', textOf(result));
    assert.equal(service.jobs.size, 1);
});
