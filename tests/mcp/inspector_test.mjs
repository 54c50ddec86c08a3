// The official inspector's command line as a client: list, call, and the video as a file. With the sandbox, which renders.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { Child } from '../support/child.js';
import { newerNode, photo, sandboxProgram, temporaryDirectory, tests } from './support/places.mjs';
import { setUp, startHttp, startService, token, videoOf } from './support/servers.mjs';

const launcher = path.join(tests, 'node_modules', '@modelcontextprotocol', 'inspector', 'clients', 'launcher', 'build', 'index.js');

/** Runs it in a home of its own, and returns what it wrote. */
async function inspector(args, { env = {}, code = 0 } = {}) {
    const child = new Child(newerNode, [launcher, '--cli', ...args], { env: { ...env, PATH: process.env.PATH, HOME: temporaryDirectory() } });
    let written = '';
    child.process.stdout.on('data', (text) => {
        written += text;
    });
    const ended = await child.closed;
    assert.equal(ended.code, code, child.output);
    return { json: code === 0 && written.startsWith('{') ? JSON.parse(written) : null, output: child.output };
}

const overStdio = (setup) => [
    ...Object.entries(setup.env).filter(([name]) => name.startsWith('PIXELML')).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
    setup.command, ...setup.args,
];

for (const era of ['legacy', 'modern']) {
    test(`${era}: over stdio, the tools, a call, and the video in a file`, { timeout: 120_000 }, async (t) => {
        const sandbox = new Child(sandboxProgram, ['--port', '0', '--image', photo]);
        t.after(() => sandbox.end());
        const [url] = await sandbox.says(/http:\/\/[0-9.:]+/, 'the sandbox');
        const server = overStdio(setUp({ url }));
        const call = (...args) => inspector([...server, '--protocol-era', era, ...args]);
        const { json: list } = await call('--method', 'tools/list', '--strict');
        assert.equal(list.tools[0].name, 'image_to_video');
        const { json: result } = await call(
            '--method', 'tools/call', '--tool-name', 'image_to_video',
            '--tool-arg', 'prompt=Slow zoom in', '--tool-arg', `image=${url}/image`, '--tool-arg', 'size=square hd (1:1)',
        );
        assert.equal(result.structuredContent.status, 'succeeded', JSON.stringify(result));
        assert.ok(result.content.some(({ type, mimeType }) => type === 'image' && mimeType === 'image/jpeg'), 'a still, as it plays no video');
        const clip = path.join(temporaryDirectory(), 'clip.mp4');
        const uri = `workflow-node://runs/${result.structuredContent.run}/video/content`;
        await call('--method', 'resources/read', '--uri', uri, '--output', clip, '--output-format', 'raw');
        assert.equal(fs.readFileSync(clip).toString('latin1', 4, 8), 'ftyp');
        const info = await call('--method', 'tools/call', '--tool-name', 'image_to_video', '--app-info', '--advertise-apps');
        assert.match(info.output, /ui:\/\/workflow-node\/run\.html/);
    });
}

test('over HTTP, with and without the token', { timeout: 120_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 200 });
    const { url } = await startHttp(t, setUp(service));
    const { image, prompt } = videoOf(service, 'Zoom');
    const call = ['--server-url', url, '--transport', 'http', '--method', 'tools/call', '--tool-name', 'image_to_video'];
    const args = ['--tool-arg', `prompt=${prompt}`, '--tool-arg', `image=${image}`];
    const { json } = await inspector([...call, ...args, '--header', `Authorization: Bearer ${token}`]);
    assert.equal(json.structuredContent.output.video, `${service.url}/videos/job_1.mp4`);
    const child = new Child(newerNode, [launcher, '--cli', ...call, ...args, '--header', 'Authorization: Bearer wrong-wrong-wrong-wrong'], {
        env: { PATH: process.env.PATH, HOME: temporaryDirectory() },
    });
    const { code } = await child.closed;
    assert.notEqual(code, 0, child.output);
    assert.equal(service.jobs.size, 1);
});
