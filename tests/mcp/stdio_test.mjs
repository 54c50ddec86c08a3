// What clients write to stdin that is not as the SDK wants it, and clients that do not read.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { until, within } from '../support/waiting.js';
import { startRaw } from './support/raw_client.mjs';
import { startService, videoOf } from './support/servers.mjs';

const require = createRequire(import.meta.url);
const { linesOf, readLine } = require('../../hosts/mcp/lib/client_messages.js');
const { largestMessage } = require('../../hosts/mcp/lib/limits.js');

test('a line that is too long is answered, and what comes after it', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 1500 });
    const { messages, line, answerTo, child } = startRaw(t, service);
    line({ jsonrpc: '2.0', id: 'waiting', method: 'tools/call', params: { name: 'image_to_video', arguments: videoOf(service, 'Zoom') } });
    const image = `data:image/jpeg;base64,${'A'.repeat(largestMessage)}`;
    const call = { method: 'tools/call', params: { name: 'image_to_video', arguments: { prompt: 'Zoom', image } } };
    line({ jsonrpc: '2.0', id: 1, ...call });
    line({ ...call, jsonrpc: '2.0', id: 'at "the" end' });
    line({ jsonrpc: '2.0', id: 2, method: 'ping' });
    for (const id of [1, 'at "the" end']) {
        const { error } = await answerTo(id);
        assert.equal(error.code, -32600);
        assert.match(error.message, /more than 8388608 bytes: nothing of it was done/);
    }
    assert.deepEqual((await answerTo(2)).result, {});
    assert.equal((await answerTo('waiting')).result.structuredContent.status, 'succeeded');
    assert.ok(messages.every((one) => JSON.stringify(one).length < 100_000));
    assert.equal(service.jobs.size, 1);
    assert.equal(child.exitCode, null);
});

test('null for what is left out, and requests that are none', { timeout: 60_000 }, async (t) => {
    const { ask, line, answerTo } = startRaw(t, await startService(t));
    assert.ok((await ask(1, 'tools/list', null)).result.tools.length > 0);
    assert.ok((await ask(2, 'tools/list', { _meta: null, cursor: null })).result.tools.length > 0);
    assert.ok((await ask(3, 'tools/list', { _meta: { progressToken: null } })).result.tools.length > 0);
    assert.match((await ask(4, 'tools/call', { name: 'collect_run', arguments: null })).result.content[0].text, /no such run/);
    let id = 4;
    for (const progressToken of [1.5, {}, [], true]) {
        id += 1;
        assert.equal((await ask(id, 'tools/list', { _meta: { progressToken } })).error.code, -32600, JSON.stringify(progressToken));
    }
    assert.equal((await ask('list', 'tools/list', [1])).error.code, -32600);
    for (const text of ['', 'null', '[]', '5', '{', '{}', '{"id":9}', '{"jsonrpc":"2.0","result":{},"id":"unknown"}', '['.repeat(100_000)]) {
        line(text);
    }
    line('{"jsonrpc":"1.0","id":"one","method":"ping"}');
    assert.equal((await answerTo('one')).error.code, -32600);
    assert.deepEqual((await ask('last', 'ping')).result, {});
});

test('a client that does not read is not read', { timeout: 120_000 }, async (t) => {
    const { child } = startRaw(t, await startService(t), { reads: false });
    const residentMiB = () => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'latin1'))[1]) / 1024;
    child.stdout.once('readable', () => {}); // it is there, and nothing more is taken of it
    const lists = Array.from({ length: 20_000 }, (_, id) => `{"jsonrpc":"2.0","id":${id},"method":"tools/list"}\n`);
    let isTaken = false;
    child.stdin.write(lists.join(''), () => { isTaken = true; });
    let before = 0;
    await until('no more of it to be taken', async () => {
        const read = Number(/rchar: (\d+)/.exec(fs.readFileSync(`/proc/${child.pid}/io`, 'latin1'))[1]);
        await pause(500);
        const isStill = read === before && read > 0;
        before = read;
        return isStill;
    }, 60_000);
    assert.equal(isTaken, false);
    assert.ok(residentMiB() < 250, `${residentMiB()} MiB`);
    child.stdout.resume();
    await until('the rest to be taken', () => isTaken, 60_000);
    child.stdin.end();
    await within('the end', new Promise((resolve) => child.once('exit', resolve)), 20_000);
});

test('lines in any pieces', async () => {
    const text = Buffer.from('{"id":1}\n\n{"id":"ä"}\r\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n{"id":2}\nno end');
    for (const size of [1, 2, 3, 7, 1000]) {
        const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.subarray(i * size, (i + 1) * size));
        const lines = [];
        for await (const one of linesOf(pieces, 20)) {
            lines.push(Buffer.isBuffer(one) ? one.toString() : one.end.length > 0);
        }
        assert.deepEqual(lines, ['{"id":1}', '', '{"id":"ä"}\r', true, '{"id":2}'], `${size}`);
    }
});

test("the id of a line that is too long is the request's own, or none", () => {
    const idOf = (text) => readLine({ beginning: Buffer.from(text.slice(0, 256)), end: Buffer.from(text.slice(-256)) }, 1).refusal.id;
    const long = 'x'.repeat(1000);
    assert.equal(idOf(`{"id":7,"x":"${long}"}`), 7);
    assert.equal(idOf(`{"jsonrpc": "2.0", "id": "a", "x":"${long}"}`), 'a');
    assert.equal(idOf(`{"x":"${long}","id":-3}`), -3);
    assert.equal(idOf(`{"x":{"y":"${long}","id":3}}`), null);
    assert.equal(idOf(`{"x":{"id":3},"y":"${long}"}`), null);
    assert.equal(idOf(long), null);
});
