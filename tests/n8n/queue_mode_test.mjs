// n8n's own locks, and Redis over TLS: many items over two workers, shared and in bounded memory; files; and what stops a run.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { pause, until } from '../support/waiting.js';

import { itemsOf } from './support/n8n.mjs';
import { RedisServer } from './support/redis.mjs';
import { kills, randomNumbers, Scenario, seed } from './support/scenario.mjs';

const executions = 20;
const itemsEach = 25;
const few = 5;

let scenario;
let n8n;
let server;
before(
    async () => {
        const redis = (directory) => new RedisServer(directory, { tls: true });
        const environment = { QUEUE_WORKER_MAX_STALLED_COUNT: '10' }; // several kills may hit one execution
        scenario = await Scenario.start({ redis, environment }, 2);
        ({ n8n, server } = scenario);
        await scenario.addWorkflow('generate');
    },
    { timeout: 240_000 },
);
after(() => scenario?.end(), { timeout: 60_000 });

test(`${executions * itemsEach} items over two workers`, { timeout: 300_000 }, async (t) => {
    server.renderMs = () => 4000;
    const idle = n8n.workers.map((worker) => worker.memory().present);
    const started = performance.now();
    const ids = [];
    for (let number = 0; number < executions; number += 1) {
        ids.push(await scenario.trigger('generate', `batch ${number}:`, itemsEach));
    }
    for (const [number, id] of ids.entries()) {
        const execution = await n8n.finished(id, 240_000);
        scenario.assertVideos(execution, `batch ${number}:`, itemsEach);
        scenario.assertOneJobEach(`batch ${number}:`, itemsEach);
    }
    const seconds = (performance.now() - started) / 1000;
    assert.equal(server.jobs.size, executions * itemsEach);
    assert.ok([...server.jobs.values()].every(({ submits }) => submits === 1));
    const shares = n8n.workers.map((worker) => itemsEach * ids.filter((id) => worker.hasFinished(id)).length);
    assert.equal(shares[0] + shares[1], executions * itemsEach);
    assert.ok(Math.min(...shares) > 0, `shares ${shares}`);
    for (const [at, worker] of n8n.workers.entries()) {
        const { peak, present } = worker.memory();
        t.diagnostic(
            `worker ${at + 1}: ${shares[at]} items, ${idle[at].toFixed(0)} MiB before, ${present.toFixed(0)} MiB after, ${peak.toFixed(0)} MiB at most`,
        );
    }
    t.diagnostic(`${seconds.toFixed(1)} s for ${executions} executions of ${itemsEach} items of 4 s each, 5 executions at once a worker`);
});

test('500 items in one execution', { timeout: 120_000 }, async (t) => {
    server.renderMs = () => 4000;
    const started = performance.now();
    const execution = await n8n.finished(await scenario.trigger('generate', 'all at once:', 500), 100_000);
    scenario.assertVideos(execution, 'all at once:', 500);
    scenario.assertOneJobEach('all at once:', 500);
    const seconds = (performance.now() - started) / 1000;
    t.diagnostic(`${seconds.toFixed(1)} s; workers at most ${n8n.workers.map((one) => one.memory().peak.toFixed(0)).join(' and ')} MiB`);
});

test('the video as binary data', { timeout: 60_000 }, async () => {
    server.renderMs = () => 500;
    await scenario.addWorkflow('binary', { download: true });
    const id = await scenario.trigger('binary', 'binary:', 2);
    const execution = await n8n.finished(id);
    scenario.assertVideos(execution, 'binary:', 2);
    for (const { binary } of itemsOf(execution)) {
        assert.equal(binary.data.mimeType, 'video/mp4');
        assert.match(binary.data.fileName, /^job_\d+\.mp4$/);
    }
});

test('cancelled in the editor: the remote jobs are cancelled too', { timeout: 90_000 }, async () => {
    server.renderMs = () => 30_000;
    const id = await scenario.trigger('generate', 'cancelled:', few);
    await until('the jobs', () => server.jobsOf('cancelled:').length === few);
    await n8n.rest('POST', `/executions/${id}/stop`);
    await until('the jobs to be cancelled', () => server.jobsOf('cancelled:').every(({ cancelled }) => cancelled), 10_000);
    assert.equal((await n8n.finished(id)).status, 'canceled');
});

test(`kill -9 of a worker, ${kills} times`, { timeout: 400_000 + kills * 30_000 }, async (t) => {
    t.diagnostic(`seed ${seed}`);
    const random = randomNumbers(seed);
    const renderMs = 8000;
    server.renderMs = () => renderMs;
    server.submitMs = 300;
    const killed = [];
    for (let kill = 0; kill < kills; kill += 1) {
        const text = `kill ${kill}:`;
        const id = await scenario.trigger('generate', text, few);
        const worker = await n8n.holderOf(id);
        await pause(random() * renderMs);
        await worker.end('SIGKILL');
        killed.push({ id, text, at: Date.now() });
        await n8n.replaceWorker(worker);
    }
    const recoveries = [];
    for (const { id, text, at } of killed) {
        const execution = await n8n.finished(id, 300_000);
        scenario.assertVideos(execution, text, few);
        scenario.assertOneJobEach(text, few);
        recoveries.push(Math.round((Date.parse(execution.stoppedAt) - at) / 1000));
    }
    t.diagnostic(`seconds from the kill to the end of the execution: ${recoveries.join(' ')}`);
});
