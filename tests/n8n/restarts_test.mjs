// Redis, PostgreSQL and the main are restarted while videos render; an execution that n8n gives up; and flows that park between
// Start and Collect.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { pause, until } from '../support/waiting.js';

import { shortLocks } from './support/n8n.mjs';
import { Scenario } from './support/scenario.mjs';
import { parkingWorkflow, photos } from './support/workflows.mjs';

const items = 5;
let scenario;
let n8n;
let server;
before(
    async () => {
        const environment = { ...shortLocks, QUEUE_WORKER_MAX_STALLED_COUNT: '1' }; // n8n's own
        scenario = await Scenario.start({ environment }, 2);
        ({ n8n, server } = scenario);
        await scenario.addWorkflow('generate');
    },
    { timeout: 240_000 },
);
after(() => scenario?.end(), { timeout: 60_000 });

async function rendering(text, renderMs = 15_000) {
    server.renderMs = () => renderMs;
    const id = await scenario.trigger('generate', text, items);
    await until('the jobs', () => server.recordedJobsOf(text).length === items, 30_000);
    return id;
}

test('Redis is restarted while videos render', { timeout: 180_000 }, async () => {
    const id = await rendering('redis:');
    await n8n.redis.end();
    await pause(2000);
    await n8n.redis.start();
    scenario.assertVideos(await n8n.finished(id, 90_000), 'redis:', items);
    scenario.assertOneJobEach('redis:', items);
});

test('PostgreSQL is restarted while videos render', { timeout: 180_000 }, async () => {
    const id = await rendering('postgres:');
    await n8n.postgres.end();
    await pause(2000);
    await n8n.postgres.start();
    scenario.assertVideos(await n8n.finished(id, 90_000), 'postgres:', items);
    scenario.assertOneJobEach('postgres:', items);
});

test('the main is killed and started again while videos render', { timeout: 240_000 }, async () => {
    // Longer than n8n takes to start: an execution that ends while n8n compares its database with its queue is a crash to n8n.
    const id = await rendering('main:', 30_000);
    await n8n.main.end('SIGKILL');
    await n8n.startMain();
    scenario.assertVideos(await n8n.finished(id, 90_000), 'main:', items);
    scenario.assertOneJobEach('main:', items);
});

test('two workers die with one execution: n8n gives it up, and its videos are collected', { timeout: 240_000 }, async (t) => {
    const id = await rendering('given up:', 60_000);
    for (const death of ['first', 'second']) {
        const worker = await n8n.holderOf(id);
        await worker.end('SIGKILL');
        t.diagnostic(`the ${death} worker is dead`);
        await n8n.replaceWorker(worker);
    }
    const { status, data } = await n8n.finished(id, 90_000);
    assert.equal(status, 'error');
    assert.match(data.resultData.error.message, /failed to be processed too many times/);
    assert.deepEqual(data.resultData.runData, {}, 'n8n has kept nothing');
    scenario.assertVideos(await scenario.collectionOf(id), 'given up:', items);
    scenario.assertOneJobEach('given up:', items);
});

test('Start, Wait, Collect: everything is killed while the flow is parked', { timeout: 400_000 }, async (t) => {
    server.renderMs = () => 75_000; // so that the first Collect finds it rendering
    await n8n.addWorkflow(parkingWorkflow('park', scenario.credential, 66));
    const id = await n8n.trigger('park', { items: photos('parked:', items) });
    await until('the flow to park', async () => (await n8n.rest('GET', `/executions/${id}`)).status === 'waiting', 60_000);
    scenario.assertOneJobEach('parked:', items);
    await Promise.all([...n8n.workers, n8n.main].map((child) => child.end('SIGKILL')));
    n8n.workers = [];
    await n8n.redis.end('SIGKILL');
    await n8n.postgres.end();
    await n8n.postgres.start();
    await n8n.redis.start();
    await n8n.startMain();
    await n8n.startWorker();
    const execution = await n8n.finished(id, 240_000);
    scenario.assertVideos(execution, 'parked:', items, 'Collect');
    scenario.assertOneJobEach('parked:', items);
    t.diagnostic(`Collect ran ${execution.data.resultData.runData.Collect.length} times`);
});
