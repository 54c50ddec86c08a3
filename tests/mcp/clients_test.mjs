// The official SDK's clients, of both generations, over both transports.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createTaskSessionFromClient } from '@modelcontextprotocol/ext-tasks/client';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';

import { until, within } from '../support/waiting.js';
import { exampleModule } from './support/places.mjs';
import { callTool, client, connectHttp, connectStdio, secretKey, setUp, startHttp, startService, textOf, token, videoOf } from './support/servers.mjs';

const ways = ['old over stdio', 'old over HTTP', 'new over stdio', 'new over HTTP'];

/** A connected client of that kind. */
async function connect(t, way, service, { options = {}, ...more } = {}) {
    const one = client[way.startsWith('old') ? 'old' : 'new'](options);
    const setup = setUp(service, more);
    if (way.endsWith('stdio')) {
        const { output } = await connectStdio(t, one, setup);
        return { one, output };
    }
    const { url, child } = await startHttp(t, setup);
    await connectHttp(t, one, url);
    return { one, output: () => child.output };
}

const call = (one, name, args, options) => callTool(one, { name, arguments: args }, options);

for (const way of ways) {
    test(`${way}: list, call, progress`, { timeout: 60_000 }, async (t) => {
        const service = await startService(t, { renderMs: () => 2500 });
        const { one, output } = await connect(t, way, service);
        const { tools } = await one.listTools();
        assert.deepEqual(tools.map(({ name }) => name), ['image_to_video', 'start_image_to_video', 'collect_run', 'cancel_run']);
        const told = [];
        const result = await call(one, 'image_to_video', videoOf(service, 'Zoom'), { onprogress: (progress) => told.push(progress) });
        assert.equal(result.structuredContent.status, 'succeeded');
        assert.equal(result.structuredContent.output.video, `${service.url}/videos/job_1.mp4`);
        assert.ok(result.content.some(({ type, uri }) => type === 'resource_link' && uri.endsWith('/videos/job_1.mp4')));
        assert.ok(told.length >= 2, `${told.length} times`);
        assert.ok(told.every(({ progress }, i) => i === 0 || progress > told[i - 1].progress));
        assert.match(told.at(-1).message, /Rendering|Submitting/);

        const again = await call(one, 'image_to_video', videoOf(service, 'Zoom'));
        assert.equal(again.structuredContent.run, result.structuredContent.run);
        assert.match(textOf(again), /nothing was paid again/);
        const other = await call(one, 'image_to_video', { ...videoOf(service, 'Zoom'), variation: 'another' });
        assert.notEqual(other.structuredContent.run, result.structuredContent.run);
        assert.equal(service.jobs.size, 2);
        assert.ok(!output().includes(secretKey));
    });
}

test('a call that would take too long is answered in time, and collected', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 3000 });
    const { one } = await connect(t, 'old over stdio', service, { args: ['--answer-within', '700ms'] });
    const result = await call(one, 'image_to_video', videoOf(service, 'Zoom'));
    assert.equal(result.structuredContent.status, 'running');
    assert.match(textOf(result), /Still running: .*Call collect_run with \{"run": "[0-9a-z-]+"\}/);
    const { run } = result.structuredContent;
    assert.equal((await call(one, 'collect_run', { run, wait_seconds: 0 })).structuredContent.status, 'running');
    const done = await until('the video', async () => {
        const { structuredContent } = await call(one, 'collect_run', { run });
        return structuredContent.status === 'succeeded' && structuredContent;
    });
    assert.equal(done.output.video, `${service.url}/videos/job_1.mp4`);
    const started = await call(one, 'start_image_to_video', videoOf(service, 'Zoom'));
    assert.deepEqual(started.structuredContent, done, 'start finds the same run');
});

test('a request that is cancelled leaves the job; cancel_run ends it at the service', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 60_000 });
    const { one } = await connect(t, 'old over stdio', service);
    const gaveUp = new AbortController();
    const given = call(one, 'image_to_video', videoOf(service, 'Zoom'), { signal: gaveUp.signal });
    await until('the job', () => service.jobs.size === 1);
    gaveUp.abort('enough');
    await assert.rejects(given);
    const { structuredContent } = await call(one, 'start_image_to_video', videoOf(service, 'Zoom'));
    assert.equal(structuredContent.status, 'running');
    assert.equal(service.jobsOf('Zoom')[0].cancelled, false);
    const text = textOf(await call(one, 'cancel_run', { run: structuredContent.run }));
    assert.match(text, /is cancelled/);
    assert.equal(service.jobsOf('Zoom')[0].cancelled, true);
});

for (const way of ['old over stdio', 'new over stdio']) {
    test(`${way}: what a node refuses is an error that a model can act on`, { timeout: 60_000 }, async (t) => {
        const service = await startService(t);
        const { one } = await connect(t, way, service);
        const vague = await call(one, 'image_to_video', videoOf(service, 'vague'));
        assert.equal(vague.isError, true);
        assert.match(textOf(vague), /^Prompt Too Vague: .*Be more specific.*Nothing was paid\./);
        assert.equal((await call(one, 'image_to_video', { image: 'x', size: 'HD' })).isError, true);
        assert.match(textOf(await call(one, 'collect_run', { run: 'none' })), /no such run/);
        await assert.rejects(call(one, 'nothing', {}), /Unknown tool: nothing/);
    });
}

test('without an account the tools are there, and say what is missing', { timeout: 60_000 }, async (t) => {
    const { one } = await connect(t, 'new over stdio', null);
    const result = await call(one, 'image_to_video', { prompt: 'Zoom', image: 'https://example.com/a.jpg' });
    assert.match(textOf(result), /PIXELML_API_KEY/);
});

test('any module: its nodes are tools without a line of code', { timeout: 60_000 }, async (t) => {
    const { one } = await connect(t, 'old over stdio', null, { args: [exampleModule], env: { ECHO_SERVICE_API_KEY: 'key' } });
    const { structuredContent } = await call(one, 'echo', { text: 'Hello', repeat: 'yes' });
    assert.deepEqual(structuredContent.output.echo, { text: 'Hello', repeat: true });
    const slow = await call(one, 'slow_echo', { text: 'Hello', milliseconds: '300' });
    assert.equal(slow.structuredContent.output.echo.milliseconds, 300);
});

/** A task of revision 2025-11-25, step by step. */
async function oldTask(one, args) {
    const { task } = await one.request({ method: 'tools/call', params: { name: 'image_to_video', arguments: args, task: { ttl: 60_000 } } }, any);
    return task;
}
const { z } = await import('zod');
const any = z.looseObject({});
const taskRequest = (one, method, taskId) => one.request({ method, params: { taskId } }, any);

for (const way of ways.slice(0, 2)) {
    test(`${way}: a task of 2025-11-25 to its end, and one that is cancelled`, { timeout: 60_000 }, async (t) => {
        const service = await startService(t, { renderMs: ({ prompt }) => (prompt === 'Long' ? 60_000 : 1500) });
        const { one } = await connect(t, way, service);
        const tools = await one.listTools();
        assert.equal(tools.tools[0].execution.taskSupport, 'optional');
        const types = [];
        let last;
        const stream = one.experimental.tasks.callToolStream({ name: 'image_to_video', arguments: videoOf(service, 'Zoom') }, CallToolResultSchema, { task: { ttl: 60_000 } });
        for await (const message of stream) {
            types.push(message.type);
            last = message;
        }
        assert.equal(types[0], 'taskCreated');
        assert.equal(last.type, 'result', JSON.stringify(last));
        assert.equal(last.result.structuredContent.output.video, `${service.url}/videos/job_1.mp4`);

        const task = await oldTask(one, videoOf(service, 'Long'));
        assert.equal(task.status, 'working');
        assert.ok(task.ttl >= 24 * 3_600_000 && task.pollInterval >= 1000 && Number.isInteger(task.pollInterval));
        await until('the job', () => service.jobs.size === 2);
        assert.equal((await taskRequest(one, 'tasks/cancel', task.taskId)).status, 'cancelled');
        assert.equal((await taskRequest(one, 'tasks/get', task.taskId)).status, 'cancelled');
        await until('the cancelled job', () => service.jobsOf('Long')[0].cancelled);
        const result = await taskRequest(one, 'tasks/result', task.taskId);
        assert.equal(result.isError, true);
        assert.equal(result._meta['io.modelcontextprotocol/related-task'].taskId, task.taskId);
        await assert.rejects(taskRequest(one, 'tasks/cancel', task.taskId), /over already/);
        const { tasks } = await one.request({ method: 'tasks/list' }, any);
        assert.deepEqual(tasks.map(({ status }) => status), ['cancelled', 'completed']);
        await assert.rejects(taskRequest(one, 'tasks/get', 'none'), { code: -32602 });
        await assert.rejects(one.request({ method: 'tools/call', params: { name: 'collect_run', arguments: {}, task: {} } }, any), { code: -32601 });
    });
}

const extension = 'io.modelcontextprotocol/tasks';
const withTasks = { extensions: { [extension]: {} } };

/**
 * The SDK's client has no way yet to take a task for an answer, so that the requests of the extension are sent beside
 * it, as the official ext-tasks wants them sent.
 */
function rawPost(url, authorization) {
    let id = 0;
    return async (request) => {
        id += 1;
        const name = request.params.taskId ?? request.params.name;
        const response = await fetch(url, {
            method: 'POST',
            headers: {
                'content-type': 'application/json',
                accept: 'application/json, text/event-stream',
                authorization,
                'mcp-protocol-version': '2026-07-28',
                'mcp-method': request.method,
                ...(name === undefined ? {} : { 'mcp-name': name }),
            },
            body: JSON.stringify({ jsonrpc: '2.0', id, ...request }),
        });
        return await response.json();
    };
}

async function taskSession(t, service, more) {
    const one = client.new({ capabilities: withTasks });
    const setup = setUp(service, more);
    const { url } = await startHttp(t, setup);
    await connectHttp(t, one, url);
    const framing = { protocolVersion: '2026-07-28', clientInfo: { name: 'tests', version: '1' }, clientCapabilities: withTasks };
    const post = rawPost(url, `Bearer ${token}`);
    const session = createTaskSessionFromClient(one, {
        endpointId: 'tests',
        rawDispatch: async (request) => {
            const { result, error } = await post(request);
            return error ? { kind: 'error', error } : { kind: 'result', result };
        },
        v2RequestFraming: framing,
    });
    t.after(() => session.close());
    const meta = {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': framing.clientInfo,
        'io.modelcontextprotocol/clientCapabilities': withTasks,
    };
    const send = (method, params, _meta = meta) => post({ method, params: { ...params, _meta } });
    return { one, session, send, meta };
}

test('new over HTTP: a task of 2026-07-28 to its end, with the official client of the extension', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 1500 });
    const { session } = await taskSession(t, service);
    const execution = await session.callTool('image_to_video', videoOf(service, 'Zoom'));
    const { outcome } = await within('the end of the task', execution.settle(), 30_000);
    assert.equal(outcome.result?.structuredContent?.output.video, `${service.url}/videos/job_1.mp4`, JSON.stringify(outcome));
});

test('new over HTTP: the shapes of the extension, and a task that is cancelled', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 60_000 });
    const { one, send, meta } = await taskSession(t, service);
    const { capabilities } = await one.discover();
    assert.deepEqual(capabilities.extensions[extension], {});
    assert.equal(capabilities.tasks, undefined);
    const { result: created } = await send('tools/call', { name: 'image_to_video', arguments: videoOf(service, 'Zoom') });
    assert.equal(created.resultType, 'task');
    assert.equal(created.status, 'working');
    assert.ok(Number.isInteger(created.ttlMs) && Number.isInteger(created.pollIntervalMs));
    assert.ok(!('ttl' in created) && !('pollInterval' in created) && !('task' in created));
    const { taskId } = created;
    const { result: got } = await send('tasks/get', { taskId });
    assert.equal(got.resultType, 'complete');
    assert.equal(got.taskId, taskId);
    assert.deepEqual((await send('tasks/update', { taskId, inputResponses: { none: { action: 'accept' } } })).result.resultType, 'complete');
    await until('the job', () => service.jobs.size === 1);
    const { result: acknowledged } = await send('tasks/cancel', { taskId });
    assert.equal(acknowledged.resultType, 'complete');
    assert.ok(!('taskId' in acknowledged));
    assert.equal((await send('tasks/get', { taskId })).result.status, 'cancelled');
    await until('the cancelled job', () => service.jobsOf('Zoom')[0].cancelled);
    assert.equal((await send('tasks/cancel', { taskId })).result.resultType, 'complete', 'once more is no error');
    assert.equal((await send('tasks/get', { taskId: 'none' })).error.code, -32602);

    const without = { ...meta, 'io.modelcontextprotocol/clientCapabilities': {} };
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
        const { error } = await send(method, { taskId }, without);
        assert.equal(error.code, -32021, method);
        assert.deepEqual(error.data.requiredCapabilities.extensions, { [extension]: {} });
    }
    for (const method of ['tasks/result', 'tasks/list']) {
        assert.equal((await send(method, { taskId })).error.code, -32601, method);
    }
    const sync = await send('tools/call', { name: 'image_to_video', arguments: { prompt: 'vague', image: `${service.url}/i` } });
    assert.equal(sync.result.resultType, 'complete', 'what ends at once is no task');
    assert.equal(sync.result.isError, true);
});

for (const way of ['old over HTTP', 'new over HTTP', 'old over stdio', 'new over stdio']) {
    test(`${way}: the person is asked for the price, once for a run`, { timeout: 60_000 }, async (t) => {
        const service = await startService(t, { renderMs: () => 300 });
        const asked = [];
        let action = 'decline';
        const { one } = await connect(t, way, service, { options: { capabilities: { elicitation: { form: {} } } } });
        const handler = ({ params }) => {
            asked.push(params.message);
            return { action, ...(action === 'accept' ? { content: { go_on: true } } : {}) };
        };
        const { ElicitRequestSchema } = await import('@modelcontextprotocol/sdk/types.js');
        one.setRequestHandler(way.startsWith('old') ? ElicitRequestSchema : 'elicitation/create', handler);
        const refused = await call(one, 'image_to_video', videoOf(service, 'Zoom'));
        assert.equal(refused.isError, true);
        assert.match(textOf(refused), /did not agree/);
        assert.equal(service.jobs.size, 0);
        action = 'accept';
        assert.equal((await call(one, 'image_to_video', videoOf(service, 'Zoom'))).structuredContent.status, 'succeeded');
        await call(one, 'image_to_video', videoOf(service, 'Zoom'));
        assert.deepEqual(asked, Array(2).fill('Image to video costs about 4 credits ($0.10): go on?'));
        assert.equal(service.jobs.size, 1);
    });
}

test('limits of an hour and of a session stop a model that goes round in circles', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 100 });
    const { one } = await connect(t, 'old over stdio', service, { args: ['--max-per-hour', '2'] });
    for (const prompt of ['One', 'Two', 'Two', 'One']) {
        assert.equal((await call(one, 'image_to_video', videoOf(service, prompt))).structuredContent.status, 'succeeded');
    }
    const refused = await call(one, 'image_to_video', videoOf(service, 'Three'));
    assert.match(textOf(refused), /limit of 2 runs an hour/);
    assert.equal(service.jobs.size, 2);

    const { one: third } = await connect(t, 'new over stdio', service, { args: ['--max-per-hour', '3'] });
    const calls = Array.from({ length: 20 }, (_, i) => call(third, 'image_to_video', videoOf(service, `At once ${i}`)));
    const results = await Promise.all(calls);
    assert.equal(results.filter(({ isError }) => !isError).length, 3, 'twenty at once, too');
    assert.equal(service.jobsOf('At once').length, 3);

    const { one: other } = await connect(t, 'old over HTTP', service, { args: ['--max-per-session', '1'] });
    await call(other, 'image_to_video', videoOf(service, 'Four'));
    assert.match(textOf(await call(other, 'image_to_video', videoOf(service, 'Five'))), /limit of 1 runs in one session/);

    const setup = setUp(service, { args: ['--max-per-session', '1'] });
    for (const prompt of ['Six', 'Seven']) {
        const next = client.old();
        await connectStdio(t, next, setup);
        assert.equal((await call(next, 'image_to_video', videoOf(service, prompt))).structuredContent.status, 'succeeded', 'a session of its own');
        assert.equal((await call(next, 'image_to_video', videoOf(service, `${prompt} more`))).isError, true);
    }
});

for (const way of ['old over stdio', 'new over HTTP']) {
    test(`${way}: resources and prompts`, { timeout: 60_000 }, async (t) => {
        const service = await startService(t, { renderMs: () => 100 });
        const { one } = await connect(t, way, service);
        const { structuredContent } = await call(one, 'image_to_video', videoOf(service, 'Zoom'));
        const { resources } = await one.listResources();
        const uris = resources.map(({ uri }) => uri);
        const run = `workflow-node://runs/${structuredContent.run}`;
        for (const uri of ['workflow-node://help/image_to_video', 'workflow-node://runs', run, `${run}/video`]) {
            assert.ok(uris.includes(uri), uri);
        }
        const read = async (uri) => (await one.readResource({ uri })).contents[0].text;
        assert.match(await read('workflow-node://help/image_to_video'), /# Image to video[\s\S]*Model Selection[\s\S]*invalid_image_url/);
        assert.equal(JSON.parse(await read(`${run}/video`)).url, `${service.url}/videos/job_1.mp4`);
        assert.equal(JSON.parse(await read(run)).status, 'succeeded');
        assert.equal(JSON.parse(await read('workflow-node://runs')).length, 1);
        await assert.rejects(one.readResource({ uri: 'workflow-node://help/nothing' }));
        assert.equal((await one.listResourceTemplates()).resourceTemplates.length, 3);

        const { prompts } = await one.listPrompts();
        assert.deepEqual(prompts.map(({ name }) => name), ['animate_product_photo', 'create_animated_portrait', 'animate_landscape_scene']);
        const { messages } = await one.getPrompt({ name: 'animate_product_photo', arguments: { image: 'https://example.com/mine.jpg' } });
        assert.match(messages[0].content.text, /image_to_video[\s\S]*mine\.jpg[\s\S]*Square HD/);
        await assert.rejects(one.getPrompt({ name: 'nothing' }), /Unknown prompt/);
    });
}
