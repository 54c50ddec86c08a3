// The same package in n8n 2, which does not repeat the execution of a dead worker: a person retries it. Its Redis is a cluster.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { until } from '../support/waiting.js';

import { cutFirst } from './support/cut_video.mjs';
import { itemsOf, shortLocks } from './support/n8n.mjs';
import { RedisCluster } from './support/redis.mjs';
import { Scenario } from './support/scenario.mjs';

const items = 3;
let scenario;
let n8n;
let server;
before(
    async () => {
        const redis = (directory) => new RedisCluster(directory);
        scenario = await Scenario.start({ major: 2, redis, environment: shortLocks }, 2);
        ({ n8n, server } = scenario);
        await scenario.addWorkflow('generate');
    },
    { timeout: 300_000 },
);
after(() => scenario?.end(), { timeout: 60_000 });

test('Generate, with the file', { timeout: 60_000 }, async () => {
    server.renderMs = () => 500;
    const cut = cutFirst();
    server.sendVideo = cut.sendVideo;
    await scenario.addWorkflow('file', { download: true });
    const execution = await n8n.finished(await scenario.trigger('file', 'two:', items));
    scenario.assertVideos(execution, 'two:', items);
    scenario.assertOneJobEach('two:', items);
    const [{ json, binary }] = itemsOf(execution);
    assert.deepEqual([binary.data.mimeType, json.bytes], ['video/mp4', 100_000]);
    assert.equal(cut.ranges.filter((range) => /^bytes=[1-9]/.test(range)).length, items, 'each was cut off once, and went on');
});

test('kill -9 of a worker: n8n forgets the execution, but runs with names of their own go on', { timeout: 180_000 }, async (t) => {
    await scenario.addWorkflow('named', { options: { runKey: '={{ $json.prompt }}' } });
    server.renderMs = () => 20_000;
    const id = await scenario.trigger('named', 'killed:', items);
    const worker = await n8n.holderOf(id);
    await until('the jobs', () => server.recordedJobsOf('killed:').length === items);
    await worker.end('SIGKILL');
    const [ended] = await Promise.all([n8n.finished(id, 120_000), n8n.replaceWorker(worker)]);
    t.diagnostic(`n8n says: ${ended.status}, ${ended.data?.resultData?.error?.message}`);
    assert.notEqual(ended.status, 'success');
    const retry = await n8n.retry(id, 'named', 60_000);
    t.diagnostic(`its retry runs ${Object.keys(retry.data.resultData.runData).length} nodes and is ${retry.status}`);
    scenario.assertVideos(await scenario.collectionOf(id), 'killed:', items);
    const again = await n8n.finished(await scenario.trigger('named', 'killed:', items), 60_000);
    scenario.assertVideos(again, 'killed:', items);
    scenario.assertOneJobEach('killed:', items);
});

test('SIGTERM of a worker, and a retry: the same jobs', { timeout: 180_000 }, async (t) => {
    server.renderMs = () => 45_000;
    const id = await scenario.trigger('generate', 'stopped:', items);
    const worker = await n8n.holderOf(id);
    await until('the jobs', () => server.jobsOf('stopped:').length === items);
    t.diagnostic(`the worker ended: ${JSON.stringify(await worker.end('SIGTERM', 60_000))}`);
    const [ended] = await Promise.all([n8n.finished(id, 120_000), n8n.replaceWorker(worker)]);
    t.diagnostic(`n8n says: ${ended.status}, ${ended.data?.resultData?.error?.message}`);
    scenario.assertVideos(await n8n.retry(id, 'generate', 60_000), 'stopped:', items);
    scenario.assertOneJobEach('stopped:', items);
});

test('cancelled in the editor: the remote jobs are cancelled too', { timeout: 60_000 }, async () => {
    server.renderMs = () => 30_000;
    const id = await scenario.trigger('generate', 'cancelled:', items);
    await until('the jobs', () => server.jobsOf('cancelled:').length === items);
    await n8n.rest('POST', `/executions/${id}/stop`);
    await until('the jobs to be cancelled', () => server.jobsOf('cancelled:').every(({ cancelled }) => cancelled), 10_000);
});
