// Clients that mean harm: refused, and nothing leaked.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';

import { until } from '../support/waiting.js';
import { temporaryDirectory } from './support/places.mjs';
import { callTool, client, connectHttp, connectStdio, secretKey, setUp, startHttp, startService, textOf, token, videoOf } from './support/servers.mjs';

const otherToken = 'the-token-of-another-client';

/** One exchange, byte for byte as it is given. */
function ask(url, { method = 'POST', headers = {}, body = '' } = {}) {
    const { hostname, port, pathname } = new URL(url);
    return new Promise((resolve, reject) => {
        const request = http.request({ hostname, port, path: pathname, method, headers: { 'content-type': 'application/json', ...headers } }, (response) => {
            let text = '';
            response.setEncoding('utf8').on('data', (part) => {
                text += part;
            });
            response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
        });
        request.on('error', reject);
        request.end(body);
    });
}

const initialize = JSON.stringify({
    jsonrpc: '2.0', id: 1, method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
});
const accept = 'application/json, text/event-stream';
const megabyte = 'x'.repeat(1024 * 1024);
const right = { authorization: `Bearer ${token}`, accept };

test('a token that is missing or wrong, and a page that rebinds a name to this machine', { timeout: 60_000 }, async (t) => {
    const service = await startService(t);
    const { url, child } = await startHttp(t, setUp(service));
    const { port } = new URL(url);
    assert.equal((await ask(url, { headers: right, body: initialize })).status, 200);
    for (const authorization of [undefined, 'Bearer wrong-wrong-wrong-wrong', `Bearer ${token}x`, `Basic ${token}`, 'Bearer ']) {
        const { status, headers, text } = await ask(url, { headers: { accept, ...(authorization ? { authorization } : {}) }, body: initialize });
        assert.equal(status, 401, authorization);
        assert.equal(headers['www-authenticate'], 'Bearer');
        assert.ok(!text.includes(token) && !text.includes(secretKey));
    }
    for (const more of [
        { host: `evil.example:${port}` }, { host: 'evil.example' }, { origin: 'http://evil.example' }, { origin: 'null' },
        { origin: `http://evil.example:${port}`, host: `evil.example:${port}` },
    ]) {
        for (const method of ['POST', 'GET', 'DELETE', 'OPTIONS']) {
            const { status, headers } = await ask(url, { method, headers: { ...right, ...more }, body: method === 'POST' ? initialize : '' });
            assert.equal(status, 403, `${method} ${JSON.stringify(more)}`);
            assert.equal(headers['access-control-allow-origin'], undefined);
        }
    }
    assert.equal((await ask(url.replace('/mcp', '/'), { headers: right, body: initialize })).status, 404);
    assert.equal((await ask(url.replace('/mcp', '/mcp/../etc'), { headers: right, body: initialize })).status, 404);
    assert.ok(!child.output.includes(token));
    const listening = fs.readFileSync('/proc/net/tcp', 'utf8').split('\n').filter((line) => line.includes(`:${Number(port).toString(16).toUpperCase().padStart(4, '0')} 00000000:0000`));
    assert.ok(listening.every((line) => line.includes('0100007F:')), 'only on 127.0.0.1');
});

/** A server that has refused a large body closes the connection while the rest of it is being sent. */
function cutOff(error, body) {
    if (body.length > 2 * megabyte.length && ['ECONNRESET', 'EPIPE'].includes(error.code)) {
        return { status: 413 };
    }
    throw error;
}

test('what is too large or is no request', { timeout: 60_000 }, async (t) => {
    const service = await startService(t);
    const { url, child } = await startHttp(t, setUp(service));
    const one = client.new();
    await connectHttp(t, one, url);
    const large = await callTool(one, { name: 'image_to_video', arguments: videoOf(service, megabyte) });
    assert.equal(large.isError, true);
    assert.ok(textOf(large).length < 500);
    for (const args of [{ [megabyte]: 1 }, { prompt: 'x', image: megabyte }]) {
        const { isError } = await callTool(one, { name: 'image_to_video', arguments: args });
        assert.equal(isError, true);
    }
    const deep = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"image_to_video","arguments":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
    for (const [body, status] of [
        [megabyte.repeat(9), 413], ['', 400], ['{', 400], ['[]', 400], ['null', 400], ['{"jsonrpc":"2.0"}', 400], [deep, 400],
    ]) {
        const answer = await ask(url, { headers: right, body }).catch((error) => cutOff(error, body));
        assert.equal(answer.status, status, body.slice(0, 60));
    }
    const odd = await ask(url, { headers: { ...right, 'content-type': 'text/plain' }, body: initialize });
    assert.equal(odd.status, 415);
    for (const method of ['PUT', 'HEAD', 'OPTIONS', 'TRACE', 'PATCH']) {
        const { status, headers } = await ask(url, { method, headers: right });
        assert.deepEqual([status, headers.allow], [405, 'GET, POST, DELETE'], method);
    }
    assert.equal(service.jobs.size, 0);
    assert.equal(child.over, false);
    assert.ok((await one.listTools()).tools.length > 0, 'others are served on');
});

test('runs, tasks and sessions of another client are unknown', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 300 });
    const file = path.join(temporaryDirectory(), 'tokens');
    fs.writeFileSync(file, `# two clients\n${token}\n\n${otherToken}\n`);
    const { url } = await startHttp(t, setUp(service, { args: ['--token-file', file] }), { tokens: false });
    const [mine, theirs] = [client.old(), client.old()];
    const transport = await connectHttp(t, mine, url);
    await connectHttp(t, theirs, url, otherToken);
    const { structuredContent } = await callTool(mine, { name: 'image_to_video', arguments: videoOf(service, 'Zoom') });
    const { run } = structuredContent;
    assert.match(textOf(await callTool(theirs, { name: 'collect_run', arguments: { run } })), /no such run/);
    assert.match(textOf(await callTool(theirs, { name: 'cancel_run', arguments: { run } })), /no such run/);
    const { z } = await import('zod');
    for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel']) {
        const of = (taskId) => theirs.request({ method, params: { taskId } }, z.looseObject({})).then(assert.fail, (error) => error);
        const [known, unknown] = [await of(run), await of(`${'0'.repeat(40)}-a`)];
        assert.equal(known.code, -32602);
        assert.equal(known.message, unknown.message, 'nothing tells one that is there from one that is not');
    }
    assert.deepEqual((await theirs.request({ method: 'tasks/list' }, z.looseObject({}))).tasks, []);
    const { resources } = await theirs.listResources();
    assert.ok(resources.every(({ uri }) => !uri.includes(run)));
    await assert.rejects(theirs.readResource({ uri: `workflow-node://runs/${run}` }));
    const originsFor = async (one) => (await one.readResource({ uri: 'ui://workflow-node/run.html' })).contents[0]._meta.ui.csp.resourceDomains;
    assert.deepEqual(await originsFor(mine), [new URL(service.url).origin]);
    assert.deepEqual(await originsFor(theirs), []);
    const taken = await ask(url, {
        headers: { ...right, authorization: `Bearer ${otherToken}`, 'mcp-session-id': transport.sessionId },
        body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    });
    assert.equal(taken.status, 404);

    const same = await callTool(theirs, { name: 'image_to_video', arguments: videoOf(service, 'Zoom') });
    assert.notEqual(same.structuredContent.run, run, 'the same call of another client is another run');
    assert.equal(service.jobs.size, 2);
});

test('sessions that are begun all at once have a limit, which is not that of another client', { timeout: 60_000 }, async (t) => {
    const file = path.join(temporaryDirectory(), 'tokens');
    const otherToken = 'the-token-of-another-client';
    fs.writeFileSync(file, `${token}\n${otherToken}\n`, { mode: 0o600 });
    const { url } = await startHttp(t, setUp(await startService(t), { args: ['--token-file', file] }), { tokens: false });
    const answers = await Promise.all(Array.from({ length: 400 }, () => ask(url, { headers: right, body: initialize })));
    const of = (status) => answers.filter((answer) => answer.status === status).length;
    assert.deepEqual([of(200), of(503)], [256, 144]);
    const other = await ask(url, { headers: { ...right, authorization: `Bearer ${otherToken}` }, body: initialize });
    assert.equal(other.status, 200);
});

test('paths in the URIs of resources and in names of runs', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 100 });
    const setup = setUp(service);
    const one = client.new();
    await connectStdio(t, one, setup);
    const { structuredContent } = await callTool(one, { name: 'image_to_video', arguments: videoOf(service, 'Zoom') });
    const base = `workflow-node://runs/${structuredContent.run}`;
    const secret = fs.readFileSync(path.join(setup.state, 'secret'), 'utf8').trim();
    for (const uri of [
        'file:///etc/passwd', '/etc/passwd', '../secret', 'workflow-node://runs/../secret', 'workflow-node://runs/..%2fsecret',
        `${base}/../../secret`, `${base}/..%2f..%2fsecret`, `${base}/..%2f..%2fsecret/content`, `${base}/video/content/../../..`,
        `workflow-node://help/..%2fsecret`, `workflow-node://help/__proto__`, `${base}/__proto__`, `${base}/constructor/content`,
        `ui://workflow-node/../lib/secret.js`, `workflow-node://runs/${'%00'.repeat(30)}`, 'http://127.0.0.1/', `${service.url}/videos/job_1.mp4`,
    ]) {
        await assert.rejects(one.readResource({ uri }), (error) => {
            assert.ok(!error.message.includes(secret) && !error.message.includes('root:'), uri);
            return true;
        }, uri);
    }
    for (const run of ['../secret', '..', '/etc/passwd', `${structuredContent.run}/../x`, '', 'x'.repeat(100_000), 5, null, { $ne: 1 }]) {
        assert.match(textOf(await callTool(one, { name: 'collect_run', arguments: { run } })), /no such run/);
    }
});

test('nothing secret is in what is kept, logged or answered', { timeout: 60_000 }, async (t) => {
    const film = Buffer.concat([Buffer.from('....ftypisom'), Buffer.alloc(1000)]);
    const sendVideo = (request, response) => response.writeHead(200, { 'content-type': 'video/mp4' }).end(film);
    const service = await startService(t, { renderMs: () => 100, sendVideo });
    const setup = setUp(service);
    const { url, child } = await startHttp(t, setup);
    const one = client.old();
    await connectHttp(t, one, url);
    const call = (prompt) => callTool(one, { name: 'image_to_video', arguments: videoOf(service, prompt) });
    const done = await call('Zoom');
    assert.equal(done.structuredContent.status, 'succeeded', textOf(done));
    service.apiKey = 'another-key';
    const refused = await call('Pan');
    assert.equal(refused.isError, true);
    const kept = fs.readdirSync(setup.state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.ok(kept.some(({ name }) => name.endsWith('.mp4')));
    for (const entry of kept) {
        const file = path.join(entry.parentPath ?? entry.path, entry.name);
        const text = fs.readFileSync(file, 'utf8');
        assert.ok(!text.includes(secretKey) && !text.includes(token), file);
        assert.equal(fs.statSync(file).mode & 0o077, 0, `${file} is for its owner alone`);
    }
    assert.ok(kept.length > 0);
    const said = child.output + JSON.stringify([done, refused]);
    assert.ok(![secretKey, token].some((secret) => said.includes(secret)));
});

test('a client that sends no end of its request does not stay for ever, and holds up no stop', { timeout: 120_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 60_000 });
    const { url, child } = await startHttp(t, setUp(service));
    const { port } = new URL(url);
    const sockets = Array.from({ length: 50 }, () => net.connect(port, '127.0.0.1', function begin() {
        this.write('POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n');
    }));
    sockets.forEach((socket) => socket.on('error', () => {}).resume());
    const one = client.new();
    await connectHttp(t, one, url);
    const waiting = callTool(one, { name: 'image_to_video', arguments: videoOf(service, 'Zoom') }).catch(() => {});
    await until('the job', () => service.jobs.size === 1);
    await until('the end of what was begun', () => sockets.every((socket) => socket.closed), 40_000);
    const another = net.connect(port, '127.0.0.1', () => another.write('POST /mcp HTTP/1.1\r\n'));
    another.on('error', () => {});
    const started = performance.now();
    assert.deepEqual(await child.end('SIGTERM'), { code: 0, signal: null });
    assert.ok(performance.now() - started < 15_000);
    await waiting;
    another.destroy();
});
