// A worker is killed or stopped while it renders: one job for each item, and every video arrives.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { pause, until } from '../support/waiting.js';

import { shortLocks } from './support/n8n.mjs';
import { kills, randomNumbers, Scenario, seed } from './support/scenario.mjs';
import { credentialFor, imageToVideo, workflow } from './support/workflows.mjs';

const items = 5;

let scenario;
let n8n;
let server;
before(
    async () => {
        scenario = await Scenario.start({ environment: shortLocks }, 2);
        ({ n8n, server } = scenario);
        await scenario.addWorkflow('generate');
    },
    { timeout: 240_000 },
);
after(() => scenario?.end(), { timeout: 60_000 });

test(`kill -9 at ${kills} random moments`, { timeout: kills * 60_000 }, async (t) => {
    t.diagnostic(`seed ${seed}`);
    const random = randomNumbers(seed);
    const renderMs = 5000;
    server.renderMs = () => renderMs;
    server.submitMs = 300;
    const recoveries = [];
    for (let kill = 0; kill < kills; kill += 1) {
        const text = `kill ${kill}:`;
        const id = await scenario.trigger('generate', text, items);
        const worker = await n8n.holderOf(id);
        await pause(random() * renderMs);
        const killedAt = performance.now();
        await worker.end('SIGKILL');
        const [execution] = await Promise.all([n8n.finished(id, 90_000), n8n.replaceWorker(worker)]);
        recoveries.push(Math.round((performance.now() - killedAt) / 100) / 10);
        scenario.assertVideos(execution, text, items);
        scenario.assertOneJobEach(text, items);
    }
    t.diagnostic(`seconds from the kill to the end of the execution: ${recoveries.join(' ')}`);
});

test('kill -9 while runs at AgenticFlow render, which has no idempotency keys', { timeout: 120_000 }, async () => {
    server.renderMs = () => 10_000;
    const agenticFlow = { api: 'agenticflow', workflow_id: '6f1e8c1e-6a0f-4a34-9d4b-51b2f0f6a2c1' };
    const credential = await n8n.addCredential(credentialFor(server, agenticFlow));
    await n8n.addWorkflow(workflow('agenticflow', [imageToVideo(credential)]));
    const id = await scenario.trigger('agenticflow', 'at AgenticFlow:', items);
    const worker = await n8n.holderOf(id);
    await until('each run to be polled', () => server.recordedJobsOf('at AgenticFlow:').length === items);
    await worker.end('SIGKILL');
    const [execution] = await Promise.all([n8n.finished(id, 90_000), n8n.replaceWorker(worker)]);
    scenario.assertVideos(execution, 'at AgenticFlow:', items);
    scenario.assertOneJobEach('at AgenticFlow:', items);
    assert.ok(server.jobsOf('at AgenticFlow:').every(({ api }) => api === '/v1/workflow_runs/'));
});

test('what Redis keeps of a run has its inputs, and no secret', { timeout: 60_000 }, async () => {
    server.renderMs = () => 500;
    await n8n.finished(await scenario.trigger('generate', 'kept:', items));
    const keys = n8n.redis.command('--scan', '--pattern', '*:image-to-video:run:*').split('\n').filter(Boolean);
    const kept = keys.map((key) => n8n.redis.command('hgetall', key)).filter((run) => run.includes('kept:'));
    assert.equal(kept.length, items);
    for (const run of kept) {
        assert.ok(run.includes('job_') && run.includes('.mp4'), run);
        assert.ok(!run.includes('a-secret-key'), run);
    }
});

test('a worker is stopped with SIGTERM while it renders', { timeout: 180_000 }, async (t) => {
    server.renderMs = () => 50_000;
    server.submitMs = 0;
    const id = await scenario.trigger('generate', 'stopped:', items);
    const worker = await n8n.holderOf(id);
    await until('the jobs', () => server.jobsOf('stopped:').length === items);
    const stoppedAt = performance.now();
    const ending = worker.end('SIGTERM', 60_000);
    const ended = await ending;
    t.diagnostic(`the worker ended after ${Math.round((performance.now() - stoppedAt) / 1000)} s: ${JSON.stringify(ended)}`);
    const [execution] = await Promise.all([n8n.finished(id, 90_000), n8n.replaceWorker(worker)]);
    scenario.assertVideos(execution, 'stopped:', items);
    scenario.assertOneJobEach('stopped:', items);
});
