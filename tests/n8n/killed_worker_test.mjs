// A worker dies, freezes or is stopped while it renders: one job for each item, and every video arrives.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { itemsOf, shortLocks } from './support/n8n.mjs';
import { Scenario, randomNumbers } from './support/scenario.mjs';
import { pause, until } from './support/waiting.mjs';
import { credentialFor, imageToVideo, workflow } from './support/workflows.mjs';

const kills = Number(process.env.N8N_TEST_KILLS ?? 20);
const seed = Number(process.env.N8N_TEST_SEED ?? Date.now() % 100_000);
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

const holderOf = (id) => until(`a worker to start execution ${id}`, () => n8n.workerOf(id), 30_000);

/** Another worker than this one has begun the execution. */
const takenOver = (id, worker) =>
    until(
        () => `another worker to take execution ${id} over:\n${n8n.workers.map((one) => `${one.pid}: ${one.output.slice(-1500)}`).join('\n')}`,
        () => n8n.workers.find((one) => one !== worker && new RegExp(`started execution ${id} `, 'i').test(one.output)),
        60_000,
    );

/** A dead worker is replaced; n8n's queue notices by itself. */
async function replace(worker) {
    n8n.workers = n8n.workers.filter((one) => one !== worker);
    await n8n.startWorker();
}

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
        const worker = await holderOf(id);
        await pause(random() * renderMs);
        const killedAt = performance.now();
        await worker.end('SIGKILL');
        const [execution] = await Promise.all([n8n.finished(id, 90_000), replace(worker)]);
        recoveries.push(Math.round((performance.now() - killedAt) / 100) / 10);
        scenario.assertVideos(execution, text, items);
        scenario.assertOneJobEach(text, items);
    }
    t.diagnostic(`seconds from the kill to the end of the execution: ${recoveries.join(' ')}`);
});

test('a worker freezes for longer than its lock, while it renders', { timeout: 120_000 }, async (t) => {
    server.renderMs = () => 6000;
    server.submitMs = 0;
    const id = await scenario.trigger('generate', 'frozen:', items);
    const worker = await holderOf(id);
    await until('the jobs', () => server.jobsOf('frozen:').length === items);
    worker.process.kill('SIGSTOP');
    const other = await takenOver(id, worker);
    await pause(3000);
    worker.process.kill('SIGCONT');
    const execution = await n8n.finished(id, 60_000);
    scenario.assertVideos(execution, 'frozen:', items);
    const finishedBy = () => [worker, other].filter((one) => new RegExp(`finished execution ${id} `, 'i').test(one.output));
    await until('both workers to end the execution', () => finishedBy().length === 2, 60_000).catch(() => {});
    t.diagnostic(`${finishedBy().length} workers ran the execution to its end`);
    scenario.assertVideos(await n8n.execution(id), 'frozen:', items);
    scenario.assertOneJobEach('frozen:', items);
});

test('a worker freezes before its submits have an answer', { timeout: 120_000 }, async () => {
    server.renderMs = () => 2000;
    server.submitMs = 3000;
    const id = await scenario.trigger('generate', 'early frost:', items);
    const worker = await holderOf(id);
    await until('the first job', () => server.jobsOf('early frost:').length > 0);
    worker.process.kill('SIGSTOP');
    await takenOver(id, worker);
    await pause(12_000); // longer than the lease of its runs
    worker.process.kill('SIGCONT');
    scenario.assertVideos(await n8n.finished(id, 60_000), 'early frost:', items);
    await pause(5000); // what the frozen one still does must change nothing
    scenario.assertVideos(await n8n.execution(id), 'early frost:', items);
    scenario.assertOneJobEach('early frost:', items);
});

test('the same where keys are not honoured: never two jobs, and a retry gets the videos', { timeout: 180_000 }, async (t) => {
    server.renderMs = () => 2000;
    server.submitMs = 3000;
    server.honoursKeys = false;
    const credential = await n8n.addCredential(credentialFor(server, { idempotent_submit: 'false' }));
    await n8n.addWorkflow(workflow('no-keys', [imageToVideo(credential)]));
    const id = await scenario.trigger('no-keys', 'no keys:', items);
    const worker = await holderOf(id);
    await until('the jobs', () => server.jobsOf('no keys:').length === items);
    worker.process.kill('SIGSTOP');
    await takenOver(id, worker);
    await pause(12_000); // longer than the lease of its runs
    const ended = await n8n.execution(id);
    t.diagnostic(`while one worker is frozen, the execution is ${ended.status}: ${ended.data.resultData.error?.message}`);
    worker.process.kill('SIGCONT');
    await n8n.finished(id, 60_000);
    await pause(5000); // what the frozen one still does
    scenario.assertOneJobEach('no keys:', items);
    const last = await n8n.execution(id);
    t.diagnostic(`later it is ${last.status}`);
    const videos = last.status === 'success' ? last : await n8n.retry(id, 'no-keys', 60_000);
    scenario.assertVideos(videos, 'no keys:', items);
    scenario.assertOneJobEach('no keys:', items);
    server.honoursKeys = true;
});

test('a worker is stopped with SIGTERM while it renders', { timeout: 180_000 }, async (t) => {
    server.renderMs = () => 50_000;
    server.submitMs = 0;
    const id = await scenario.trigger('generate', 'stopped:', items);
    const worker = await holderOf(id);
    await until('the jobs', () => server.jobsOf('stopped:').length === items);
    const stoppedAt = performance.now();
    const ending = worker.end('SIGTERM', 60_000);
    const ended = await ending;
    t.diagnostic(`the worker ended after ${Math.round((performance.now() - stoppedAt) / 1000)} s: ${JSON.stringify(ended)}`);
    const [execution] = await Promise.all([n8n.finished(id, 90_000), replace(worker)]);
    scenario.assertVideos(execution, 'stopped:', items);
    scenario.assertOneJobEach('stopped:', items);
});

test('cancelled in the editor: the remote jobs are cancelled too', { timeout: 60_000 }, async () => {
    server.renderMs = () => 30_000;
    server.submitMs = 0;
    const id = await scenario.trigger('generate', 'cancelled:', items);
    await until('the jobs', () => server.jobsOf('cancelled:').length === items);
    await n8n.rest('POST', `/executions/${id}/stop`);
    await until('the jobs to be cancelled', () => server.jobsOf('cancelled:').every(({ cancelled }) => cancelled), 10_000);
    assert.equal((await n8n.finished(id)).status, 'canceled');
});

test('the video as binary data, in queue mode', { timeout: 60_000 }, async () => {
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
