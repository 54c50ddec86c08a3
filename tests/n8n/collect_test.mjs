// What the node collects, by each of the ways to find a run. Needs no n8n.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { JobServer } from '../support/job_server.js';

import { load, nodeAt } from './support/node_alone.mjs';

const { worker } = load('lib', 'worker.js');

const hour = 3600 * 1000;
const server = new JobServer({ renderMs: ({ prompt }) => (prompt.includes('slow') ? hour : 0) });
const execute = nodeAt(server);
const expression = (name) => (json) => json[name];

/** What the node gives by each of its outputs, as {json}. */
async function outputsOf(parameters, items, more = {}) {
    const all = { image: 'https://example.com/photo.png', model: 'Pixel S', prompt: expression('prompt'), ...parameters };
    const outputs = await execute(all, { items, ...more });
    return outputs.map((output) => output.map(({ json }) => json));
}

const twoOutputs = { outputs: ['main', 'main'] };
const start = async (items, more) => (await outputsOf({ operation: 'start' }, items, more))[0];
const finish = (jobId) => (server.jobs.get(jobId).doneAt = performance.now());
const byCheckpoint = { operation: 'collect', findBy: 'checkpoint', checkpoint: expression('checkpoint') };

test('Start of a run that is done: Wait and Collect take what it returns', async () => {
    const [[made]] = await outputsOf({ options: { runKey: 'row 1' } }, [{ prompt: 'quick' }]);
    const items = [{ prompt: 'quick', row: 'row 1' }, { prompt: 'slow', row: 'row 2' }];
    const perItem = { operation: 'start', options: ({ row }) => ({ runKey: row }) };
    const [started] = await outputsOf(perItem, items);
    assert.deepEqual(started.map(({ status }) => status), ['succeeded', 'rendering']);
    assert.deepEqual(started.map(({ wait_seconds: seconds }) => seconds), [65, 65]);
    assert.equal(started[0].video, made.video);
    const [done, rendering] = await outputsOf(byCheckpoint, started, twoOutputs);
    assert.deepEqual(done.map(({ run_key: key, video, job_id: job }) => [key, video, job]), [['row 1', made.video, made.job_id]]);
    assert.deepEqual(rendering.map(({ run_key: key }) => key), ['row 2']);
    assert.equal(server.jobsOf('quick').length, 1);
});

/** As an earlier version kept it, which entered no start. */
async function forgetStart(runKey) {
    const claim = await worker.store.claim(runKey);
    await claim.release({ ...claim.record, startedAt: undefined });
}

test('Give Up After counts from the first look at a run whose record has no start', async () => {
    const [started] = await start([{ prompt: 'slow: old record' }]);
    await forgetStart(started.run_key);
    const giveUpAfter = 0.5;
    const byKey = { operation: 'collect', findBy: 'runKey', runKey: expression('run_key'), options: { giveUpAfter } };
    const [, [looked]] = await outputsOf(byKey, [{ run_key: started.run_key }], twoOutputs);
    assert.ok(Date.now() - Date.parse(looked.checkpoint.started_at) < hour / 2);
    looked.checkpoint.started_at = new Date(Date.now() - hour).toISOString();
    const [[failed]] = await outputsOf(byKey, [looked], twoOutputs);
    assert.deepEqual([failed.error.code, failed.error.run_key], ['still_rendering', started.run_key]);
    const ofAnother = { ...looked, checkpoint: { ...looked.checkpoint, run_key: 'another' } };
    const [, [young]] = await outputsOf(byKey, [ofAnother], twoOutputs);
    assert.equal(young.status, 'rendering');
});

test('by execution, with Still Rendering wired back: each run is one item in every round', async () => {
    const prompts = ['slow: left', 'slow: right', 'slow: up'];
    const started = await start(prompts.map((prompt) => ({ prompt })), { executionId: 'many' });
    const byExecution = { operation: 'collect', findBy: 'executionId', executionId: expression('id') };
    const round = (items) => outputsOf(byExecution, items, twoOutputs);
    const keysOf = (items) => items.map(({ run_key: key }) => key).sort();

    const [, first] = await round([{ id: 'many' }, { id: 'many' }]);
    assert.deepEqual(keysOf(first), keysOf(started));
    finish(started[0].job_id);
    const [done, left] = await round(first);
    assert.deepEqual([keysOf(done), keysOf(left)], [keysOf(started.slice(0, 1)), keysOf(started.slice(1))]);
    const [doneAgain, again] = await round(left);
    assert.deepEqual([keysOf(doneAgain), keysOf(again)], [[], keysOf(left)]);
});

test('by execution: a run that has failed leaves by the error output, or by Done', async () => {
    const items = [{ prompt: 'quick: good' }, { prompt: 'quick: vague' }];
    const [[good]] = await outputsOf({}, items, { executionId: 'failing' });
    const byExecution = { operation: 'collect', findBy: 'executionId', executionId: 'failing' };
    const [[first, failed]] = await outputsOf(byExecution, [{}], twoOutputs);
    assert.deepEqual([first.video, failed.status, failed.error.code], [good.video, 'failed', 'prompt_too_vague']);
    const [[, forErrorOutput]] = await outputsOf(byExecution, [{}], { outputs: ['main', 'main', 'error'] });
    assert.deepEqual(Object.keys(forErrorOutput), ['error'], 'n8n takes no other for an error');
    const { code, run_key: runKey } = forErrorOutput.error;
    assert.deepEqual([code, runKey], ['prompt_too_vague', failed.run_key]);
});
