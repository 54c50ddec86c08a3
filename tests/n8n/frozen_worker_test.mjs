// A worker freezes (SIGSTOP) for longer than its lock, another one takes its execution over, and the first goes on: one job for
// each item, and both ends agree.
import { after, before, beforeEach, test } from 'node:test';

import { pause, until } from '../support/waiting.js';

import { shortLocks } from './support/n8n.mjs';
import { Scenario } from './support/scenario.mjs';
import { credentialFor, imageToVideo, workflow } from './support/workflows.mjs';

const items = 5;
const longerThanTheLeaseMs = 12_000;

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
beforeEach(() => {
    server.honoursKeys = true;
});

/** A test that fails leaves the workers in any state: the next one gets others. */
const withWorkers = (work) => async (t) => {
    try {
        await work(t);
    } catch (error) {
        await n8n.replaceWorkers();
        throw error;
    }
};

/** Another worker than this one has begun the execution. */
const takenOver = (id, worker) =>
    until(
        () => `another worker to take execution ${id} over:\n${n8n.workers.map((one) => `${one.pid}: ${one.output.slice(-1500)}`).join('\n')}`,
        () => n8n.workers.find((one) => one !== worker && one.hasStarted(id)),
        60_000,
    );

test('a worker freezes for longer than its lock, while it renders', { timeout: 240_000 }, withWorkers(async (t) => {
    server.renderMs = () => 6000;
    server.submitMs = 0;
    const id = await scenario.trigger('generate', 'frozen:', items);
    const worker = await n8n.holderOf(id);
    await until('the jobs', () => server.jobsOf('frozen:').length === items);
    worker.process.kill('SIGSTOP');
    const other = await takenOver(id, worker);
    await pause(3000);
    worker.process.kill('SIGCONT');
    const execution = await n8n.finished(id, 60_000);
    scenario.assertVideos(execution, 'frozen:', items);
    const finishedBy = () => [worker, other].filter((one) => one.hasFinished(id));
    await until('both workers to end the execution', () => finishedBy().length === 2, 60_000).catch(() => {});
    t.diagnostic(`${finishedBy().length} workers ran the execution to its end`);
    scenario.assertVideos(await n8n.execution(id), 'frozen:', items);
    scenario.assertOneJobEach('frozen:', items);
}));

test('a worker freezes before its submits have an answer', { timeout: 240_000 }, withWorkers(async () => {
    server.renderMs = () => 2000;
    server.submitMs = 3000;
    const id = await scenario.trigger('generate', 'early frost:', items);
    const worker = await n8n.holderOf(id);
    await until('the first job', () => server.jobsOf('early frost:').length > 0);
    worker.process.kill('SIGSTOP');
    await takenOver(id, worker);
    await pause(longerThanTheLeaseMs);
    worker.process.kill('SIGCONT');
    scenario.assertVideos(await n8n.finished(id, 60_000), 'early frost:', items);
    await pause(5000); // what the frozen one still does must change nothing
    scenario.assertVideos(await n8n.execution(id), 'early frost:', items);
    scenario.assertOneJobEach('early frost:', items);
}));

test('the same where keys are not honoured: never two jobs, and a retry gets the videos', { timeout: 240_000 }, withWorkers(async (t) => {
    server.renderMs = () => 2000;
    server.submitMs = 3000;
    server.honoursKeys = false;
    const credential = await n8n.addCredential(credentialFor(server, { idempotent_submit: 'false' }));
    await n8n.addWorkflow(workflow('no-keys', [imageToVideo(credential)]));
    const id = await scenario.trigger('no-keys', 'no keys:', items);
    const worker = await n8n.holderOf(id);
    await until('the jobs', () => server.jobsOf('no keys:').length === items);
    worker.process.kill('SIGSTOP');
    await takenOver(id, worker);
    await pause(longerThanTheLeaseMs);
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
}));
