// n8n in one process: the operations, errors as flows see them, and runs that survive a stop.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { until } from '../support/waiting.js';

import { cutFirst } from './support/cut_video.mjs';
import { itemsOf } from './support/n8n.mjs';
import { Scenario } from './support/scenario.mjs';
import { credentialFor, imageToVideo, nodeType, photos, workflow } from './support/workflows.mjs';

let scenario;
let n8n;
let server;
before(
    async () => {
        scenario = await Scenario.start({ queue: false });
        ({ n8n, server } = scenario);
        await scenario.addWorkflow('generate');
    },
    { timeout: 240_000 },
);
after(() => scenario?.end(), { timeout: 60_000 });

const run = async (name, items) => n8n.finished(await n8n.trigger(name, { items }));

test('the type is there, with the fields of the schema', async () => {
    const types = await (await n8n.fetch('/types/nodes.json')).json();
    const type = types.find(({ name }) => name === nodeType);
    assert.equal(type.displayName, 'Image to Video');
    assert.ok(types.some(({ name }) => name === `${nodeType}Tool`), 'an agent can use it');
    const size = type.properties.find(({ name }) => name === 'size');
    assert.equal(size.options.length, 10);
    assert.deepEqual(size.displayOptions.show.model, ['Pixel M']);
    assert.match(type.iconUrl.light ?? type.iconUrl, /imageToVideo\.svg$/);
    assert.ok((await n8n.fetch(`/${type.iconUrl.light ?? type.iconUrl}`)).ok);
});

test("the credential's test: accepted, refused, no server, wrong values", async () => {
    const check = (data) =>
        n8n.rest('POST', '/credentials/test', { credentials: { id: scenario.credential.id, name: 'PixelML', type: 'pixelMlApi', data: credentialFor(server, data) } });
    assert.equal((await check({})).status, 'OK');
    const of = async (data) => {
        const { status, message } = await check(data);
        assert.equal(status, 'Error');
        return message;
    };
    assert.match(await of({ api_key: 'another' }), /does not accept the API key: .*\(HTTP 401\)/);
    assert.match(await of({ base_url: 'http://127.0.0.1:9' }), /127\.0\.0\.1:9 cannot be connected to \(Connection refused\)/);
    assert.match(await of({ base_url: 'ftp://example.com' }), /^Invalid Connection: .*"Base URL"/);
    assert.match(await of({ api_binding: '{' }), /"API Binding" of the credential is not JSON/);
    assert.match(await of({ base_url: 'https://127.0.0.1:9', ca_file: '/nowhere.pem' }), /"CA File" \/nowhere\.pem does not exist/);
});

test('Generate: the video, its file, and the same again without paying', async () => {
    server.renderMs = () => 300;
    await scenario.addWorkflow('file', { download: true, options: { runKey: '={{ "order " + $json.prompt }}' } });
    const execution = await run('file', photos('one:', 2));
    scenario.assertVideos(execution, 'one:', 2);
    const [{ json, binary, pairedItem }] = itemsOf(execution);
    assert.equal(json.status, 'succeeded');
    assert.equal(json.run_key, 'order one: 0');
    assert.deepEqual(pairedItem, { item: 0 });
    assert.equal(binary.data.mimeType, 'video/mp4');
    assert.equal(binary.data.fileSize, '100 kB');
    scenario.assertVideos(await run('file', photos('one:', 2)), 'one:', 2);
    scenario.assertOneJobEach('one:', 2);
});

test('a download that is cut off goes on where it ended, through what n8n has for it', async () => {
    const { sendVideo } = server;
    const cut = cutFirst();
    server.sendVideo = cut.sendVideo;
    try {
        await scenario.addWorkflow('cut', { download: true });
        const [{ json, binary }] = itemsOf(await run('cut', photos('cut:', 1)));
        assert.deepEqual([json.bytes, json.warnings, binary.data.fileSize], [100_000, undefined, '100 kB']);
        assert.deepEqual(cut.ranges.map((range) => /^bytes=[1-9]/.test(range)), [false, true]);
        server.sendVideo = (_request, response) => response.writeHead(403).end();
        const [{ json: expired }] = itemsOf(await run('cut', photos('expired:', 1)));
        assert.match(expired.warnings[0].message, /\(HTTP 403\); it may have expired/);
    } finally {
        server.sendVideo = sendVideo;
    }
});

test('a video that is too large is not downloaded, and its item goes on with its URL', async () => {
    await scenario.addWorkflow('large', { download: true, options: { largestFile: 0.05 } });
    const [{ json, binary }] = itemsOf(await run('large', photos('large:', 1)));
    assert.match(json.video, /\/videos\//);
    assert.equal(binary, undefined);
    assert.match(json.warnings[0].message, /larger than 0\.05 MiB/);
});

test('Start, and Collect by job, by run key and by checkpoint', { timeout: 60_000 }, async () => {
    server.renderMs = () => 60_000;
    await scenario.addWorkflow('start', { operation: 'start' });
    const [{ json: started }] = itemsOf(await run('start', photos('parked:', 1)));
    assert.equal(started.status, 'rendering');
    assert.equal(started.wait_seconds, 65);
    assert.match(started.job_id, /^job_/);
    const collect = (findBy, value, options = {}) => ({ operation: 'collect', findBy, [findBy]: value, options });
    await scenario.addWorkflow('by-job', collect('jobId', '={{ $json.job_id }}'));
    await scenario.addWorkflow('one-output', collect('jobId', '={{ $json.job_id }}'), { typeVersion: 1 });
    for (const [name, output] of [['by-job', 1], ['one-output', 0]]) {
        const [{ json: early }] = itemsOf(await run(name, [started]), undefined, output);
        assert.equal(early.status, 'rendering', name);
        assert.equal(early.job_id, started.job_id);
        assert.deepEqual(early.checkpoint.started_at, started.checkpoint.started_at);
    }
    server.jobs.get(started.job_id).doneAt = performance.now();
    await scenario.addWorkflow('by-key', collect('runKey', '={{ $json.run_key }}', { wait: 20 }));
    await scenario.addWorkflow('by-checkpoint', collect('checkpoint', '={{ $json.checkpoint }}', { wait: 20 }));
    for (const name of ['by-key', 'by-checkpoint', 'by-job']) {
        const execution = await run(name, [started]);
        const [{ json }] = itemsOf(execution);
        assert.equal(json.status, 'succeeded', name);
        assert.equal(json.video, server.videoOf(server.jobs.get(started.job_id)));
        assert.equal(json.job_id, started.job_id, name);
    }
    scenario.assertOneJobEach('parked:', 1);
    const unknown = await run('by-job', [{ job_id: 'job_unheard_of' }]);
    assert.match(unknown.data.resultData.error.message, /No run with the job job_unheard_of is kept/);
    const wrong = await run('by-checkpoint', [{ checkpoint: { job: 1 } }]);
    assert.match(wrong.data.resultData.error.message, /This is not a checkpoint/);
});

test('one of three items fails: the flow goes on, or stops and is retried without paying again', { timeout: 60_000 }, async () => {
    server.renderMs = () => 300;
    const items = photos('good:', 3);
    items[1].prompt = 'good: but vague';
    await scenario.addWorkflow('continue', {}, { onError: 'continueRegularOutput' });
    const execution = await run('continue', items);
    assert.equal(execution.status, 'success');
    const [first, second] = itemsOf(execution);
    assert.match(first.json.video, /mp4$/);
    const { message, type, code, charged, solution, retryable, http_status: status } = second.json.error;
    assert.deepEqual([type, code, charged, retryable, status], ['Prompt Too Vague', 'prompt_too_vague', 'no', false, 422]);
    assert.match(solution, /Be more specific/);
    assert.match(message, /Which motion is wanted/);
    assert.match(second.json.error.run_key, /^\d+:node:0:1$/);
    assert.deepEqual(second.pairedItem, { item: 1 });

    await scenario.addWorkflow('two-outputs', {}, { onError: 'continueErrorOutput' });
    const split = await run('two-outputs', items);
    const outputs = split.data.resultData.runData['Image to Video'][0].data.main;
    assert.deepEqual(outputs.map((output) => output.length), [2, 1]);
    assert.equal(outputs[1][0].json.error.code, 'prompt_too_vague');

    const failed = await run('generate', items.map(({ image, prompt }) => ({ image, prompt: `stop ${prompt}` })));
    assert.equal(failed.status, 'error');
    const stopped = failed.data.resultData.error;
    assert.match(stopped.message, /^Prompt Too Vague: /);
    assert.match(stopped.description, /Be more specific.*1 of 3 items failed\. The other 2 are not paid again: .*On Error/s);
    assert.equal(server.jobsOf('stop good:').length, 2);
    assert.equal((await n8n.retry(failed.id, 'generate')).status, 'error');
    assert.equal(server.jobsOf('stop good:').length, 2);
    const collected = itemsOf(await scenario.collectionOf(failed.id)).map(({ json }) => json);
    assert.deepEqual(collected.map(({ run_key: runKey }) => runKey), [0, 1, 2].map((item) => `${failed.id}:node:0:${item}`));
    assert.deepEqual(collected.map(({ status }) => status), ['succeeded', 'failed', 'succeeded']);
    assert.match(collected[2].video, new RegExp(`${collected[2].job_id}\\.mp4$`));
    assert.equal(collected[1].error.code, 'prompt_too_vague');
    const unheardOf = await scenario.collectionOf('987654');
    assert.match(unheardOf.data.resultData.error.message, /No run of the execution 987654 is kept/);
});

test('SIGTERM while a video renders, then a retry: the same job', { timeout: 180_000 }, async (t) => {
    server.renderMs = () => 40_000;
    const id = await scenario.trigger('generate', 'stopped:', 2);
    await until('the jobs', () => server.jobsOf('stopped:').length === 2);
    const ended = await n8n.main.end('SIGTERM', 60_000);
    t.diagnostic(`n8n ended with ${JSON.stringify(ended)}`);
    await n8n.startMain();
    const before = await n8n.finished(id);
    t.diagnostic(`the execution is ${before.status}: ${before.data.resultData.error?.message}`);
    const latest = await n8n.retry(id, 'generate', 60_000);
    scenario.assertVideos(latest, 'stopped:', 2);
    scenario.assertOneJobEach('stopped:', 2);
});

test('kill -9 while a video renders, then a retry: the same job', { timeout: 180_000 }, async (t) => {
    server.renderMs = () => 15_000;
    const id = await scenario.trigger('generate', 'killed:', 2);
    await until('the jobs', () => server.jobsOf('killed:').length === 2);
    const folder = path.join(n8n.directory, '.n8n', 'image-to-video');
    await until('the checkpoints', () => {
        const texts = fs.readdirSync(folder).filter((name) => /^run-.*[^w]$/.test(name)).map((name) => fs.readFileSync(path.join(folder, name), 'utf8'));
        return texts.filter((text) => text.includes('killed:') && text.includes('submitted')).length === 2;
    });
    for (const name of fs.readdirSync(folder)) {
        assert.ok(!fs.readFileSync(path.join(folder, name), 'utf8').includes('a-secret-key'), name);
    }
    await n8n.main.end('SIGKILL');
    await n8n.startMain();
    const before = await n8n.finished(id);
    t.diagnostic(`the execution is ${before.status}`);
    const latest = await n8n.retry(id, 'generate', 60_000);
    scenario.assertVideos(latest, 'killed:', 2);
    scenario.assertOneJobEach('killed:', 2);
});
