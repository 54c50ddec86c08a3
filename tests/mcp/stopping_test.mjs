// A server that stops while it is called: nothing begins that it does not see to its end.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';

import { Child } from '../support/child.js';
import { pause, until } from '../support/waiting.js';
import { connectionFile, setUp, startService, videoOf } from './support/servers.mjs';

const require = createRequire(import.meta.url);
const { inOrder } = require('../../hosts/mcp/lib/in_order.js');

/** The server with a client that writes what it likes, when it likes. */
function startRaw(t, { command, args, env }) {
    const child = new Child(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    t.after(() => child.over || child.end());
    const write = (message) => child.process.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    write({ id: 'start', method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } } });
    write({ method: 'notifications/initialized' });
    const call = (id, name, given) => write({ id, method: 'tools/call', params: { name, arguments: given } });
    return { child, call, leave: () => child.process.stdin.end() };
}

function recordsIn(state) {
    const folder = path.join(state, 'runs');
    return fs.readdirSync(folder).map((name) => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')));
}

test('a call that comes with the end of its client begins nothing', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 60_000, submitMs: 2000, honoursKeys: false });
    const setup = setUp(null, { args: ['--connection', connectionFile(service, {})] });
    const { child, call, leave } = startRaw(t, setup);
    call(1, 'start_image_to_video', videoOf(service, 'First'));
    await until('the submit', () => service.jobs.size === 1);
    call(2, 'start_image_to_video', videoOf(service, 'Second'));
    leave();
    assert.deepEqual(await child.ended, { code: 0, signal: null });
    assert.equal(service.jobs.size, 1);
    assert.deepEqual(recordsIn(setup.state).map(({ input, checkpoint, ending }) => [input.prompt, checkpoint.submission, ending]), [
        ['First', 'yes', null],
    ]);
});

test('what is done in order is known to be done', async () => {
    const run = inOrder();
    const done = [];
    run('a', () => pause(20).then(() => done.push('a'))).catch(() => {});
    run('b', () => Promise.reject(new Error('no'))).catch(() => done.push('b'));
    run('a', () => done.push('a again'));
    await run.idle();
    assert.deepEqual(done, ['b', 'a', 'a again']);
    await run.idle();
});
