// Several servers with one folder of runs, and a disk that fails: no run in two hands, and nothing lost that is paid for.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { pause, until } from '../support/waiting.js';
import { temporaryDirectory, tests } from './support/places.mjs';
import { callTool, client, connectHttp, connectStdio, connectionFile, secretKey, setUp, startHttp, startService, textOf, videoOf } from './support/servers.mjs';

const require = createRequire(import.meta.url);
const { Claims } = require('../../hosts/mcp/lib/claims.js');
const { RunFiles } = require('../../hosts/mcp/lib/run_files.js');

const ask = 'ab'.repeat(20);
const startText = (service, prompt = 'Zoom') => ({ name: 'start_image_to_video', arguments: videoOf(service, prompt) });
function recordIn(state) {
    const folder = path.join(state, 'runs');
    const name = fs.readdirSync(folder).find((one) => one.endsWith('.json'));
    return JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'));
}
function keptVideos(state) {
    const folder = path.join(state, 'files');
    return fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
}

test('one process at a time has an ask in hand, also while others start', { timeout: 60_000 }, async () => {
    const folder = temporaryDirectory();
    const program = path.join(tests, 'programs', 'claiming.cjs');
    await Promise.all(Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, [program, folder, ask, '40'])));
});

test('a claim counts as long as the process that made it lives', async () => {
    const folder = temporaryDirectory();
    const other = new Claims(folder);
    await other.open();
    assert.equal(await other.take(ask), true);
    const [own] = fs.readdirSync(path.join(folder, 'ab'));
    await other.release(ask);
    const claim = (change) => fs.writeFileSync(path.join(folder, 'ab', change(own)), '');
    const parent = fs.readFileSync(`/proc/${process.ppid}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ')[19];
    for (const [change, isFree] of [
        [(name) => name.replace(/\.\d+\.\d+\./, `.${process.ppid}.${parent}.`), false],
        [(name) => name.replace(/\.\d+\.\d+\./, `.${process.ppid}.1.`), true], // its id is another process's by now
        [(name) => name.replace(/\.\d+\.\d+\./, `.4194305.${parent}.`), true],
        [(name) => name.replace(/\.\d+\.\d+\..*/, `.${process.ppid}.${parent}.of-an-earlier-start`), true],
    ]) {
        claim(change);
        const claims = new Claims(folder);
        assert.equal(await other.take(ask), isFree, change(own));
        await other.release(ask);
        await claims.open();
        assert.deepEqual(fs.readdirSync(path.join(folder, 'ab')), isFree ? [] : [change(own)]);
        fs.rmSync(path.join(folder, 'ab', change(own)), { force: true });
    }
});

test('what was given last to be kept is what is there', async () => {
    const files = new RunFiles(temporaryDirectory());
    const record = (text) => ({
        ask, taskId: `${ask}-a`, owner: 'o', node: 'n', runKey: 'k', input: {}, createdAt: 0, updatedAt: 0, cancelRequested: false,
        checkpoint: null, ending: null, text,
    });
    for (let i = 0; i < 5; i += 1) {
        await Promise.all([files.keep(record('x'.repeat(8_000_000))), files.keep(record(`last ${i}`))]);
        assert.equal((await files.last(ask)).text, `last ${i}`);
    }
});

test('a server leaves what another one has in hand as that keeps it', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 3000 });
    const setup = setUp(service);
    const [one, two] = [client.old(), client.new()];
    await connectStdio(t, one, setup);
    await connectStdio(t, two, setup);
    const { structuredContent: { run } } = await callTool(one, startText(service));
    await until('the job', () => recordIn(setup.state).checkpoint?.jobId);
    await callTool(two, { name: 'collect_run', arguments: { run, wait_seconds: 0 } });
    const refused = await callTool(two, { name: 'cancel_run', arguments: { run } });
    assert.equal(refused.isError, true);
    assert.match(textOf(refused), /Another server/);
    assert.equal(recordIn(setup.state).cancelRequested, false);
    const { structuredContent } = await callTool(two, { name: 'collect_run', arguments: { run } });
    assert.equal(structuredContent.status, 'succeeded');
});

test('a run waits for the account that it began with', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 3000, apiKey: secretKey });
    const setup = setUp(null, { args: ['--connection', connectionFile(service)] });
    const other = { ...setup, args: [...setup.args.slice(0, -1), connectionFile(service, { api_key: 'the-key-of-another' })] };
    const first = await startHttp(t, setup);
    const one = client.old();
    await connectHttp(t, one, first.url);
    const { structuredContent: { run } } = await callTool(one, startText(service));
    await until('the job', () => recordIn(setup.state).checkpoint?.jobId);
    await first.child.end('SIGKILL');

    const second = await startHttp(t, other);
    const two = client.old();
    await connectHttp(t, two, second.url);
    const { isError, content } = await callTool(two, { name: 'collect_run', arguments: { run } }, { timeout: 20_000 });
    assert.equal(isError, true, textOf({ content }) + second.child.output);
    assert.match(textOf({ content }), /is left alone, and nothing of it is lost: it began with another account\. Started with the key/);
    for (let i = 0; i < 10; i += 1) {
        const { pollInterval } = await two.experimental.tasks.getTask(run);
        assert.equal(pollInterval, 30_000);
    }
    assert.equal(second.child.output.split('is left alone').length - 1, 1, 'said once');
    await second.child.end();

    const third = await startHttp(t, setup);
    const again = client.old();
    await connectHttp(t, again, third.url);
    const { structuredContent } = await callTool(again, { name: 'collect_run', arguments: { run } });
    assert.equal(structuredContent?.status, 'succeeded');
});

test('a run goes on, and is the same, whatever else the connection says by then', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 2000 });
    const setup = setUp(service);
    const file = connectionFile(service, {
        api_key: ` ${secretKey}\n`, base_url: `${service.url}/`, job_timeout_ms: 60_000, max_submits_per_hour: 9, idempotent_submit: true,
    });
    const other = setUp(null, { args: ['--connection', file], state: setup.state });
    const [one, two] = [client.old(), client.new()];
    await connectStdio(t, one, setup);
    const { structuredContent: { run } } = await callTool(one, startText(service));
    await until('the job', () => recordIn(setup.state).checkpoint?.jobId);
    await one.close();
    const { output } = await connectStdio(t, two, other);
    const { structuredContent } = await callTool(two, { name: 'image_to_video', arguments: videoOf(service, 'Zoom') });
    assert.deepEqual([structuredContent?.status, structuredContent?.run], ['succeeded', run], output());
    assert.equal(service.jobs.size, 1);
});

test('who asks for an earlier run does not let go of the one that is under way', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => (service.jobs.size === 0 ? 100 : 20_000) });
    const setup = setUp(service, { args: ['--same-call-within', '1s'] });
    const [one, two] = [client.old(), client.old()];
    await connectStdio(t, one, setup);
    await connectStdio(t, two, setup);
    const { structuredContent: earlier } = await callTool(two, { name: 'image_to_video', arguments: videoOf(service, 'Zoom') });
    await pause(1100); // the window that was set
    const { structuredContent: later } = await callTool(one, startText(service));
    assert.notEqual(later.run, earlier.run);
    await callTool(one, { name: 'collect_run', arguments: { run: earlier.run } });
    const { structuredContent: same } = await callTool(one, startText(service));
    assert.equal(same.run, later.run);
    const claims = fs.readdirSync(path.join(setup.state, 'claims', later.run.slice(0, 2)));
    assert.equal(claims.filter((name) => later.run.startsWith(name.split('.')[0])).length, 1);
});

test('what a run ended with is there, though the disk could not take it', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 500 });
    const setup = setUp(service);
    const one = client.old();
    const { output } = await connectStdio(t, one, setup);
    const runs = path.join(setup.state, 'runs');
    service.videoOf = ({ id }) => {
        if (!fs.existsSync(`${runs}.away`)) {
            fs.renameSync(runs, `${runs}.away`);
            fs.writeFileSync(runs, '');
        }
        return `${service.url}/videos/${id}.mp4`;
    };
    const { structuredContent: { run } } = await callTool(one, startText(service));
    await until('the end', () => output().includes('could not be kept'));
    fs.rmSync(runs);
    fs.renameSync(`${runs}.away`, runs);
    service.jobs.clear(); // nobody can collect it again
    const { structuredContent } = await callTool(one, { name: 'collect_run', arguments: { run } });
    assert.equal(structuredContent.status, 'succeeded');
    const { structuredContent: same } = await callTool(one, { name: 'image_to_video', arguments: videoOf(service, 'Zoom') });
    assert.equal(same.run, run);
    assert.equal(service.jobs.size, 0);
});

test('a video whose download was cut off by kill -9 is kept by the next server', { timeout: 60_000 }, async (t) => {
    const film = Buffer.concat([Buffer.from('....ftypisom'), Buffer.alloc(100_000)]);
    let downloads = 0;
    const sendVideo = (request, response) => {
        downloads += 1;
        response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': film.length });
        response.write(film.subarray(0, 1000));
        if (downloads > 1) {
            response.end(film.subarray(1000));
        }
    };
    const service = await startService(t, { renderMs: () => 100, sendVideo });
    const setup = setUp(service);
    const first = await startHttp(t, setup);
    const one = client.old();
    await connectHttp(t, one, first.url);
    const { structuredContent: { run } } = await callTool(one, startText(service));
    await until('a part of the video', () => downloads === 1);
    await first.child.end('SIGKILL');
    assert.deepEqual(keptVideos(setup.state), []);
    await startHttp(t, setup);
    await until('the video', () => keptVideos(setup.state).length === 1);
    const [name] = keptVideos(setup.state);
    assert.equal(name, `${run}+video.mp4`);
    assert.deepEqual(fs.readFileSync(path.join(setup.state, 'files', name)), film);
});

test('a kept video that a person removes does not come back', { timeout: 60_000 }, async (t) => {
    let downloads = 0;
    const sendVideo = (request, response) => {
        downloads += 1;
        response.writeHead(200, { 'content-type': 'video/mp4' }).end('film');
    };
    const service = await startService(t, { renderMs: () => 100, sendVideo });
    const state = temporaryDirectory();
    const videos = temporaryDirectory();
    const setup = setUp(service, { state, args: ['--output-directory', videos] });
    const first = await startHttp(t, setup);
    const one = client.old();
    await connectHttp(t, one, first.url);
    await callTool(one, { name: 'image_to_video', arguments: videoOf(service, 'Zoom') });
    await until('the note of it', () => recordIn(state).hasSettledFiles);
    await first.child.end();
    const [name] = fs.readdirSync(videos);
    fs.rmSync(path.join(videos, name));

    const second = await startHttp(t, setup);
    const two = client.old();
    await connectHttp(t, two, second.url);
    await callTool(two, { name: 'image_to_video', arguments: videoOf(service, 'Another') });
    assert.equal(downloads, 2);
    assert.equal(fs.readdirSync(videos).length, 1);
});

test('a file that only the account may have is downloaded with its key, and sent to nobody else', { timeout: 60_000 }, async (t) => {
    const film = Buffer.concat([Buffer.from('....ftypisom'), Buffer.alloc(1000)]);
    const elsewhere = await startService(t, {
        sendVideo: ({ headers }, response) => {
            response.writeHead(headers.authorization ? 400 : 200, { 'content-type': 'video/mp4' }).end(film);
        },
    });
    const service = await startService(t, {
        renderMs: () => 100,
        sendVideo: ({ headers }, response) => {
            const isAllowed = headers.authorization === `Bearer ${secretKey}`;
            response.writeHead(isAllowed ? 302 : 403, { location: `${elsewhere.url}/videos/1.mp4` }).end();
        },
    });
    const setup = setUp(service);
    const one = client.new();
    await connectStdio(t, one, setup);
    await callTool(one, { name: 'image_to_video', arguments: videoOf(service, 'Zoom') });
    assert.equal(keptVideos(setup.state).length, 1);
});

test('two servers that are called at once have one run, and the later one where there was an earlier', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => (service.jobs.size === 0 ? 100 : 20_000) });
    const setup = setUp(service, { args: ['--same-call-within', '1s'] });
    const two = [client.old(), client.old()];
    for (const one of two) {
        await connectStdio(t, one, setup);
    }
    const { structuredContent: earlier } = await callTool(two[0], { name: 'image_to_video', arguments: videoOf(service, 'Zoom') });
    for (let i = 0; i < 10; i += 1) {
        const results = await Promise.all(two.map((one) => callTool(one, startText(service, `At once ${i}`))));
        const runs = new Set(results.map(({ structuredContent, content }) => structuredContent?.run ?? textOf({ content })));
        assert.equal(runs.size, 1, [...runs].join(' '));
    }
    await until('the jobs', () => service.jobsOf('At once').length >= 10);
    await pause(1100); // the window that was set
    const { structuredContent: later } = await callTool(two[1], startText(service));
    assert.notEqual(later.run, earlier.run);
    const { structuredContent: joined } = await callTool(two[0], startText(service));
    assert.equal(joined.run, later.run);
    assert.equal(service.jobsOf('At once').length, 10);
});

test('a claim that could not be made sure of is not left behind', async (t) => {
    const folder = temporaryDirectory();
    const claims = new Claims(folder);
    await claims.open();
    const inside = path.join(folder, 'ab');
    const { readdir } = fs.promises;
    let looks = 0;
    t.mock.method(fs.promises, 'readdir', (...args) => {
        looks += 1;
        return looks === 2 ? Promise.reject(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })) : readdir(...args);
    });
    await assert.rejects(claims.take(ask), /EIO/);
    assert.deepEqual(fs.readdirSync(inside), []);
    assert.equal(await claims.take(ask), true);
});
