// What went over the wire, in n8n's log where that is at its level "debug". Needs no n8n.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { JobServer } from '../support/job_server.js';

import { buildPackage } from './support/built_package.mjs';
import { build, temporaryDirectory } from './support/places.mjs';

const require = createRequire(import.meta.url);
const directory = temporaryDirectory();
const folder = path.join(directory, 'package');
const apiKey = 'secret-key-1';
let server;
before(async () => {
    server = await new JobServer({ renderMs: () => 10 }).start();
    buildPackage(path.join(build, 'plugin', 'pixelml_nodes.so'), folder);
}, { timeout: 60_000 });
after(async () => {
    await server?.end();
    fs.rmSync(directory, { recursive: true, force: true });
});

/** As another process of n8n would, with this level. */
async function logOfARun(level) {
    process.env.N8N_LOG_LEVEL = level;
    const file = path.join(folder, 'dist', 'lib', 'worker.js');
    delete require.cache[require.resolve(file)];
    const { worker } = require(file);
    const lines = [];
    const keep = (name) => (message) => lines.push([name, message]);
    const { LoggerProxy } = createRequire(file)('n8n-workflow');
    LoggerProxy.init({ error: keep('error'), warn: keep('warn'), info: keep('info'), debug: keep('debug') });
    await worker.session.execute({
        node: 'image_to_video',
        input: { prompt: `Show ${apiKey}`, image: `${server.url}/image`, negative_prompt: null },
        connection: { api_key: apiKey, base_url: server.url, allow_insecure_loopback: true, check_image: false },
        runKey: level,
    });
    await worker.session.close();
    return lines;
}

test('a line for each exchange at the level "debug", without the key', async () => {
    const lines = await logOfARun('debug');
    const purposes = lines.filter(([name]) => name === 'debug').map(([, line]) => JSON.parse(line).purpose);
    assert.deepEqual([...new Set(purposes)], ['submit', 'poll']);
    assert.ok(!lines.some(([, line]) => line.includes(apiKey)));
});

test('none at the level "info"', async () => {
    assert.deepEqual(await logOfARun('info'), []);
});
