// A thousand tasks at once: one session, one thread of the module, at most 64 sockets to the service's API, and an event
// loop that always has a turn for others.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { until } from '../support/waiting.js';
import { temporaryDirectory, tests } from './support/places.mjs';
import { client, connectStdio, setUp, startHttp, textOf } from './support/servers.mjs';

const count = 1000;
const longestBlockMs = 50;
const mostSockets = 64;

/** The service in a thread of its own, so that it is not held up by the clients. */
async function startService(t, renderMs) {
    const worker = new Worker(new URL('./support/service_thread.mjs', import.meta.url), { workerData: { renderMs } });
    t.after(() => worker.terminate());
    const ask = (message) => new Promise((resolve) => {
        worker.once('message', resolve);
        worker.postMessage(message);
    });
    return { ...(await ask('start')), figures: () => ask('figures') };
}

const monitorOf = (file) => ({ NODE_OPTIONS: `--require ${path.join(tests, 'support', 'loop_monitor.cjs')}`, LOOP_MONITOR: file });

async function loopFigures(pid, file) {
    fs.rmSync(file, { force: true });
    process.kill(pid, 'SIGUSR2');
    await until('the figures of the event loop', () => fs.existsSync(file));
    return JSON.parse(fs.readFileSync(file, 'utf8'));
}

const threadsOf = (pid) => fs.readdirSync(`/proc/${pid}/task`).length;
const prompts = Array.from({ length: count }, (_, i) => `Video ${i}`);

/** Before the rest of the machine, where that is allowed: what else runs is not what is measured. */
function hurry(pid) {
    for (const thread of fs.readdirSync(`/proc/${pid}/task`)) {
        try {
            os.setPriority(Number(thread), os.constants.priority.PRIORITY_HIGHEST);
        } catch {
            return;
        }
    }
}

/**
 * A garbage collection whose helpers wait for a processor makes a block look longer than it is, never shorter: so it is
 * tried up to three times, and the best counts.
 */
async function assertLoopFree(t, attempt) {
    for (let i = 1; ; i += 1) {
        const { longestMs, longestDelayMs } = await attempt();
        t.diagnostic(`event loop held ${longestMs.toFixed(1)} ms at most; timers ${longestDelayMs.toFixed(1)} ms late, with all else that ran`);
        if (longestMs < longestBlockMs) {
            return;
        }
        assert.ok(i < 3, `the event loop was held for ${longestMs} ms`);
    }
}

test('a thousand tasks of 2026-07-28 over HTTP', { timeout: 300_000 }, async (t) => {
    await assertLoopFree(t, async () => {
        const service = await startService(t, 8000);
        const monitor = path.join(temporaryDirectory(), 'loop');
        const { url, child } = await startHttp(t, setUp(service, { env: monitorOf(monitor) }));
        const post = poster(url);
        await post('tools/list', {});
        hurry(child.pid);
        const before = threadsOf(child.pid);
        await loopFigures(child.pid, monitor);
        const started = performance.now();
        const created = await Promise.all(prompts.map((prompt) => post('tools/call', { name: 'image_to_video', arguments: { prompt, image: service.image } })));
        t.diagnostic(`${count} tasks made in ${Math.round(performance.now() - started)} ms`);
        const taskIds = new Set(created.map(({ result }) => result.taskId));
        assert.equal(taskIds.size, count);
        const threads = threadsOf(child.pid) - before;
        const open = new Set(taskIds);
        await until('all videos', async () => {
            for (const taskId of [...open].slice(0, 50)) {
                const { result } = await post('tasks/get', { taskId });
                assert.notEqual(result.status, 'cancelled');
                if (result.status === 'completed') {
                    assert.match(result.result.structuredContent.output.video, /\.mp4$/);
                    open.delete(taskId);
                }
            }
            return open.size === 0;
        }, 120_000);
        const figures = await loopFigures(child.pid, monitor);
        const { jobs, mostConnections } = await service.figures();
        assert.equal(jobs, count);
        assert.ok(mostConnections <= mostSockets, `${mostConnections} sockets`);
        t.diagnostic(`${mostConnections} sockets to the API, ${threads} more threads, ${Math.round(performance.now() - started)} ms in all`);
        assert.ok(threads <= 1, `${threads} more threads`);
        await child.end();
        return figures;
    });
});

const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'tests', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
};

function poster(url) {
    let id = 0;
    return async (method, params) => {
        id += 1;
        const name = params.taskId ?? params.name;
        const response = await fetch(url, {
            method: 'POST',
            headers: {
                'content-type': 'application/json',
                accept: 'application/json, text/event-stream',
                authorization: 'Bearer the-token-of-one-client',
                'mcp-protocol-version': '2026-07-28',
                'mcp-method': method,
                ...(name === undefined ? {} : { 'mcp-name': name }),
            },
            body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: meta } }),
        });
        return await response.json();
    };
}

test('a thousand calls of an old client over stdio, in one turn', { timeout: 300_000 }, async (t) => {
    await assertLoopFree(t, async () => {
        const service = await startService(t, 3000);
        const monitor = path.join(temporaryDirectory(), 'loop');
        const one = client.old();
        const { pid } = await connectStdio(t, one, setUp(service, { env: monitorOf(monitor) }));
        hurry(pid);
        await loopFigures(pid, monitor);
        const results = await Promise.all(prompts.map((prompt) => one.callTool({ name: 'image_to_video', arguments: { prompt, image: service.image } })));
        const figures = await loopFigures(pid, monitor);
        for (const result of results) {
            assert.equal(result.structuredContent?.status, 'succeeded', textOf(result));
        }
        const { jobs, mostConnections } = await service.figures();
        assert.equal(jobs, count);
        assert.ok(mostConnections <= mostSockets, `${mostConnections} sockets`);
        await one.close();
        return figures;
    });
});
