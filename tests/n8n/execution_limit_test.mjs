// The limit on what an execution may spend, without n8n and without the module.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, test } from 'node:test';

import { repository, temporaryDirectory } from './support/places.mjs';

const require = createRequire(import.meta.url);
const lib = path.join(repository, 'hosts', 'n8n', 'dist', 'lib');
const { ExecutionLimit } = require(path.join(lib, 'execution_limit.js'));
const { executeItems } = require(path.join(lib, 'execute_items.js'));
const { FileStore } = require(path.join(lib, 'file_store.js'));
const { worker } = require(path.join(lib, 'worker.js'));

const directory = temporaryDirectory();
after(() => fs.rmSync(directory, { recursive: true, force: true }));
const openStore = () => new FileStore(path.join(directory, 'runs'), 3600 * 1000);

const reached = { code: 'spending_limit', charged: 'no', retryable: false };
async function held(promise) {
    const error = await promise.then(() => null, (reason) => reason);
    assert.ok(error, 'the run was admitted');
    const { code, charged, retryable } = error.fields;
    assert.deepEqual({ code, charged, retryable }, reached);
    return error;
}

const limitOf = (execution, node = 'node', store = openStore()) => new ExecutionLimit(() => store, execution, node);

test('as many runs are admitted as the limit says, also when all ask at once', async () => {
    const limit = limitOf('at once');
    const ends = await Promise.allSettled(Array.from({ length: 5 }, (_, n) => limit.admit(`run ${n}`, 3)));
    assert.deepEqual(ends.map(({ status }) => status), ['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected']);
    assert.match(ends[4].reason.message, /has started 3 runs with this node.*nothing was paid/);
});

test('the rounds of a loop are counted together, also by a process that takes the execution over', async () => {
    const first = limitOf('loop');
    await first.admit('round 0', 2);
    first.close();
    await openStore().addToList('starts:loop:node', 'round 1'); // on another worker
    const third = limitOf('loop');
    await held(third.admit('round 2', 2));
    await third.admit('round 1', 2); // n8n repeats it after a crash
    await third.admit('round 2', 3); // the option was raised
});

test('other executions and other nodes are counted apart', async () => {
    await limitOf('one').admit('a', 1);
    await limitOf('two').admit('b', 1);
    await limitOf('one', 'other node').admit('c', 1);
    await held(limitOf('one').admit('d', 1));
});

test('two that are at work in one execution at once share the count', async () => {
    const [one, other] = [limitOf('agent'), limitOf('agent')];
    const ends = await Promise.allSettled([one.admit('a', 1), other.admit('b', 1)]);
    assert.deepEqual(ends.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    one.close();
    one.close(); // a second time: not the other's
    await held(other.admit('c', 1));
});

test('0 is no limit, and does not need the store', async () => {
    const limit = new ExecutionLimit(() => assert.fail('the store was opened'), 'none', 'node');
    for (let n = 0; n < 500; n += 1) {
        await limit.admit(`run ${n}`, 0);
    }
    limit.close();
});

test('a store that does not answer is asked again by the next item', async () => {
    const store = openStore();
    const listed = store.listed.bind(store);
    store.listed = () => Promise.reject(new Error('away'));
    const limit = limitOf('away', 'node', store);
    await assert.rejects(limit.admit('a', 1), /away/);
    store.listed = listed;
    await limit.admit('a', 1);
});

/** What n8n gives to the node, as far as it is asked for, and a session that makes every video at once. */
function contextOf(execution, runIndex, count, options, goesOn) {
    const parameters = { operation: 'generate', options, prompt: 'x', image: 'https://example.com/a.jpg' };
    return {
        getInputData: () => Array.from({ length: count }, () => ({ json: {} })),
        getExecutionId: () => execution,
        getNode: () => ({ id: 'node', name: 'Node', type: 'imageToVideo', typeVersion: 1, parameters: {}, position: [0, 0] }),
        getNodeOutputs: () => [{ type: 'main' }],
        getWorkflow: () => ({ id: 'workflow' }),
        getMode: () => 'manual',
        getWorkflowDataProxy: () => ({ $runIndex: runIndex }),
        getExecutionCancelSignal: () => undefined,
        getCredentials: async () => ({ api_key: 'key' }),
        getNodeParameter: (name, item, otherwise) => parameters[name] ?? otherwise,
        continueOnFail: () => goesOn,
    };
}

test('the node: items beyond the limit fail unstarted, and cost no other its video', async () => {
    const started = [];
    const execute = async ({ runKey }) => {
        started.push(runKey);
        return { outcome: 'succeeded', output: { video: 'v' }, checkpoint: null, warnings: [] };
    };
    const parts = { store: openStore(), session: { execute } };
    for (const [name, value] of Object.entries(parts)) {
        Object.defineProperty(worker, name, { value });
    }
    await executeItems(contextOf('7', 0, 2, { mostRuns: 3 }, true), 'image_to_video');
    const [items] = await executeItems(contextOf('7', 1, 2, { mostRuns: 3 }, true), 'image_to_video');
    assert.deepEqual(started.sort(), ['7:node:0:0', '7:node:0:1', '7:node:1:0']);
    assert.equal(items[0].json.video, 'v');
    const { type, code, charged } = items[1].json.error;
    assert.deepEqual([type, code, charged], ['Spending Limit', 'spending_limit', 'no']);

    const stopped = await executeItems(contextOf('7', 2, 1, { mostRuns: 3 }, false), 'image_to_video').catch((error) => error);
    assert.match(stopped.message, /^Spending Limit: This execution has started 3 runs/);
    assert.match(stopped.description, /Most Runs per Execution/);

    started.length = 0;
    await executeItems(contextOf('8', 0, 150, {}, true), 'image_to_video');
    assert.equal(started.length, 100, 'the default');
});
