// The files of runs, whose server has troubles of its own: kept as soon as they can be had, once.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';

import { pause, until } from '../support/waiting.js';
import { callTool, client, connectHttp, connectStdio, setUp, startHttp, startService, textOf, videoOf } from './support/servers.mjs';

const require = createRequire(import.meta.url);
const { RunMedia } = require('../../hosts/mcp/lib/run_media.js');
const { Run } = require('../../hosts/mcp/lib/run.js');

const film = Buffer.concat([Buffer.from('....ftypisom'), Buffer.alloc(1000)]);
const send = (response) => response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': film.length }).end(film);

function keptVideos(state) {
    const folder = path.join(state, 'files');
    return fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
}

async function connected(t, setup) {
    const one = client.old();
    const server = await startHttp(t, setup);
    await connectHttp(t, one, server.url);
    return { one, ...server };
}

for (const how of ['collect_run', 'the same call', 'the next server']) {
    test(`a video whose server was away for a while is kept by ${how}`, { timeout: 60_000 }, async (t) => {
        let isUp = false;
        const service = await startService(t, {
            renderMs: () => 100,
            sendVideo: (request, response) => (isUp ? send(response) : response.writeHead(503).end()),
        });
        const setup = setUp(service);
        const { one, child } = await connected(t, setup);
        const call = { name: 'image_to_video', arguments: videoOf(service, 'Zoom') };
        const { structuredContent: { run } } = await callTool(one, call);
        assert.match(child.output, /HTTP 503.*It is tried again/);
        assert.deepEqual(keptVideos(setup.state), []);
        isUp = true;
        if (how === 'the next server') {
            await child.end();
            await startHttp(t, setup);
        }
        const again = how === 'collect_run' ? { name: how, arguments: { run } } : call;
        await until('the video', async () => {
            if (how !== 'the next server') {
                await callTool(one, again);
            }
            return keptVideos(setup.state).length === 1;
        });
        assert.equal(service.jobs.size, 1);
    });
}

test('a video that is gone is not asked for again', { timeout: 60_000 }, async (t) => {
    let asked = 0;
    const service = await startService(t, {
        renderMs: () => 100,
        sendVideo: (request, response) => {
            asked += 1;
            response.writeHead(404).end();
        },
    });
    const setup = setUp(service);
    const { one, child } = await connected(t, setup);
    const { structuredContent: { run } } = await callTool(one, { name: 'image_to_video', arguments: videoOf(service, 'Zoom') });
    const file = path.join(setup.state, 'runs', `${run.split('-')[0]}.json`);
    await until('the note of it', () => JSON.parse(fs.readFileSync(file, 'utf8')).hasSettledFiles);
    await child.end();
    const { one: two } = await connected(t, setup);
    const { structuredContent } = await callTool(two, { name: 'collect_run', arguments: { run } });
    assert.equal(structuredContent.status, 'succeeded');
    assert.equal(asked, 1);
});

test('the server that follows a run takes its download over', { timeout: 60_000 }, async (t) => {
    let downloads = 0;
    const service = await startService(t, {
        renderMs: () => 1500,
        sendVideo: (request, response) => {
            downloads += 1;
            if (downloads > 1) {
                send(response);
            } else {
                response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': film.length }).write(film.subarray(0, 100));
            }
        },
    });
    const setup = setUp(service);
    const [first, second] = [await connected(t, setup), await connected(t, setup)];
    const { structuredContent: { run } } = await callTool(first.one, { name: 'start_image_to_video', arguments: videoOf(service, 'Zoom') });
    const joined = callTool(second.one, { name: 'image_to_video', arguments: videoOf(service, 'Zoom') });
    await until('a part of the video', () => downloads === 1);
    await first.child.end('SIGKILL');
    const { structuredContent, content } = await joined;
    assert.equal(structuredContent?.status, 'succeeded', textOf({ content }));
    await until('the video', async () => {
        await callTool(second.one, { name: 'collect_run', arguments: { run } });
        return keptVideos(setup.state).length === 1;
    });
    assert.equal(service.jobs.size, 1);
});

test('whoever polls a run hammers no server of files, and the more seldom the older it is', async () => {
    const video = { name: 'video', kind: 'video' };
    const node = { form: { mediaOutputs: [video] } };
    const recordOf = (age) => ({
        ask: 'a', taskId: 'a-1', node: 'n', input: {}, ending: { status: 'succeeded', at: Date.now() - age, output: { video: 'http://x/y' } },
    });
    for (const [age, leastMs] of [[0, 1000], [3_600_000, 900_000]]) {
        let tries = 0;
        const started = performance.now();
        const record = recordOf(age);
        const media = new RunMedia({
            keeper: { keep: async () => (tries += 1) === 0 },
            nodes: new Map([['n', node]]),
            files: { find: async () => record },
            withClaim: (ask, work) => work(),
            log: () => {},
        });
        const run = new Run(record);
        for (let i = 0; i < 30; i += 1) {
            media.keepLater(run);
            await pause(50);
        }
        assert.ok(tries >= 1 && tries <= 1 + (performance.now() - started) / leastMs, `${tries} of the age ${age} ms`);
    }
});

test('the answer says where the file is; one that is too large for an answer is not downloaded again', { timeout: 60_000 }, async (t) => {
    const film = Buffer.concat([Buffer.from('\0\0\0\x18ftypisom'), Buffer.alloc(17 * 1024 * 1024)]);
    let downloads = 0;
    const sendVideo = (_request, response) => {
        downloads += 1;
        response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': film.length }).end(film);
    };
    const service = await startService(t, { renderMs: () => 100, sendVideo });
    const setup = setUp(service);
    const one = client.old();
    await connectStdio(t, one, setup);
    const result = await callTool(one, { name: 'image_to_video', arguments: videoOf(service, 'Zoom') });
    const [, file] = /^Kept as (.*), until the server forgets the run$/m.exec(textOf(result));
    assert.ok(file.startsWith(setup.state));
    assert.equal(fs.statSync(file).size, film.length);
    const uri = `workflow-node://runs/${result.structuredContent.run}/video/content`;
    await assert.rejects(one.readResource({ uri }), /The video has 17\.0 MiB, and an answer takes 16\.0 MiB\. It is at .*\.mp4/);
    assert.equal(downloads, 1);
    const [line, ...others] = JSON.parse((await one.readResource({ uri: 'workflow-node://runs' })).contents[0].text);
    assert.deepEqual([line.run, line.status, line.input, line.output], [result.structuredContent.run, 'succeeded', undefined, undefined]);
    assert.deepEqual(others, []);
});
