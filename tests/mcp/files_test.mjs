// Images as files and as bytes: what is taken, what is refused before anything is paid, and servers that are killed meanwhile.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { text as textIn } from 'node:stream/consumers';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import jobServer from '../support/job_server.js';
import { pause, until } from '../support/waiting.js';
import { photo, repository, temporaryDirectory, tests } from './support/places.mjs';
import { callTool, client, connectHttp, connectStdio, connectionFile, setUp, startHttp, startService, textOf } from './support/servers.mjs';

const require = createRequire(import.meta.url);
const { AllowedFiles } = require('../../hosts/mcp/lib/allowed_files.js');
const { InputFiles } = require('../../hosts/mcp/lib/input_files.js');

const api = JSON.parse(fs.readFileSync(path.join(repository, 'schemas', 'pixelml_api.json'), 'utf8'));
const byUpload = jobServer.filesDescribed;
const inSubmit = { media_types: ['image/jpeg', 'image/png'], max_bytes: 1_000_000, as: 'data_uri' };
const media = [{ name: 'image', kind: 'media', mediaType: 'image' }];

const bytesOfPhoto = fs.readFileSync(photo);
const base64OfPhoto = bytesOfPhoto.toString('base64');
const dataUri = `data:image/jpeg;base64,${base64OfPhoto}`;

function filesThere(folder) {
    const all = fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
    return all.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

const copiesIn = ({ state }) => filesThere(path.join(state, 'inputs'));

/** A folder of the person, with a photo, and the set-up of a server that may read it. */
function setUpWithFiles(service, { files = byUpload, args = [], env } = {}) {
    const folder = fs.realpathSync(temporaryDirectory());
    fs.copyFileSync(photo, path.join(folder, 'cup.jpg'));
    const connection = connectionFile(service, { idempotent_submit: true, api_binding: { ...api, files } });
    const setup = setUp(null, { args: ['--connection', connection, '--files', folder, ...args], env });
    return { ...setup, folder, cup: path.join(folder, 'cup.jpg') };
}

const videoOf = (image, prompt = 'Zoom') => ({ name: 'image_to_video', arguments: { prompt, image } });

async function made(folder, ...names) {
    execFileSync(path.join(tests, '..', 'support', 'make_image_files'), [folder, ...names]);
    return names.map((name) => path.join(folder, name));
}

/** Programs whose vipsheader takes so long, or, without `ms`, goes on when `go` is called. */
function heldTools({ ms = null } = {}) {
    const folder = temporaryDirectory();
    const hold = ms === null ? `while [ -e '${folder}/runs' ] && ! [ -e '${folder}/go' ]; do sleep 0.02; done` : `sleep ${ms / 1000}`;
    const script = `#!/bin/sh\n: > '${folder}/runs'\n${hold}\nexec /usr/bin/vipsheader "$@"\n`;
    fs.writeFileSync(path.join(folder, 'vipsheader'), script, { mode: 0o755 });
    return {
        env: { PATH: `${folder}:${process.env.PATH}` },
        go: () => fs.writeFileSync(path.join(folder, 'go'), ''),
        run: () => until('the conversion', () => fs.existsSync(path.join(folder, 'runs'))),
    };
}

for (const way of ['stdio', 'HTTP']) {
    test(`${way}: the bytes of an image become a video, and are nowhere afterwards`, { timeout: 60_000 }, async (t) => {
        const service = await startService(t, { renderMs: () => 500 });
        const setup = setUpWithFiles(service, { args: ['--log-level', 'debug'] });
        const asked = [];
        const one = client.old({ capabilities: { elicitation: {} } });
        one.setRequestHandler((await import('@modelcontextprotocol/sdk/types.js')).ElicitRequestSchema, ({ params }) => {
            asked.push(params.message);
            return { action: 'accept', content: { go_on: true } };
        });
        let output;
        if (way === 'stdio') {
            ({ output } = await connectStdio(t, one, setup));
        } else {
            const { url, child } = await startHttp(t, setup);
            await connectHttp(t, one, url);
            output = () => child.output;
        }
        const result = await callTool(one, videoOf(dataUri));
        assert.equal(result.structuredContent?.output?.video, `${service.url}/videos/job_1.mp4`, textOf(result));
        assert.deepEqual(service.uploads, [bytesOfPhoto]);
        assert.equal(asked.length, 1);
        assert.match(asked[0], /of an image of [\d.]+ KiB costs about/);
        assert.deepEqual(copiesIn(setup), []);
        const { contents } = await one.readResource({ uri: `workflow-node://runs/${result.structuredContent.run}` });
        assert.match(JSON.parse(contents[0].text).input.image, /^an image of [\d.]+ KiB$/);
        const piece = base64OfPhoto.slice(1000, 1060);
        const kept = filesThere(setup.state).map((file) => fs.readFileSync(file, 'latin1'));
        for (const text of [output(), JSON.stringify(result), asked[0], contents[0].text, ...kept]) {
            assert.ok(!text.includes(piece));
        }
        assert.ok(kept.length > 1);
    });
}

test('the tool says what is taken', { timeout: 60_000 }, async (t) => {
    const service = await startService(t);
    const descriptionBy = async (setup) => {
        const one = client.new();
        await connectStdio(t, one, setup);
        const { tools } = await one.listTools();
        const { image } = tools[0].inputSchema.properties;
        assert.equal(image.format, undefined);
        return image.description;
    };
    const setup = setUpWithFiles(service);
    assert.match(await descriptionBy(setup), new RegExp(`A URL; the absolute path of a file in ${setup.folder}; or a data: URI`));
    assert.match(await descriptionBy(setUp(service)), /A URL; or a data: URI .* of up to 2\.0 MiB\./);
});

test('a photo of a phone, by its path and by its URL', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 200 });
    const setup = setUpWithFiles(service);
    const [heic] = await made(path.join(setup.folder, 'My photos'), 'photo.heic');
    const one = client.new();
    await connectStdio(t, one, setup);
    const result = await callTool(one, videoOf(`\`${heic}\``));
    assert.equal(result.structuredContent?.status, 'succeeded', textOf(result));
    assert.equal(service.uploads[0].subarray(0, 3).toString('hex'), 'ffd8ff', 'JPEG');
    const { structuredContent } = await callTool(one, videoOf(`[photo](${pathToFileURL(heic)})`));
    assert.equal(structuredContent.run, result.structuredContent.run);
    const { contents } = await one.readResource({ uri: `workflow-node://runs/${structuredContent.run}` });
    assert.equal(JSON.parse(contents[0].text).input.image, 'photo.heic');
    assert.deepEqual([service.jobs.size, copiesIn(setup)], [1, []]);
});

test('what may not be read, or is no image, is a sentence, and nothing is paid', { timeout: 60_000 }, async (t) => {
    const service = await startService(t);
    const setup = setUpWithFiles(service);
    const { folder } = setup;
    const outside = fs.realpathSync(temporaryDirectory());
    fs.copyFileSync(photo, path.join(outside, 'secret.jpg'));
    fs.symlinkSync(path.join(outside, 'secret.jpg'), path.join(folder, 'link.jpg'));
    fs.symlinkSync(outside, path.join(folder, 'linked'));
    fs.symlinkSync('/dev/zero', path.join(folder, 'zero.jpg'));
    fs.mkdirSync(path.join(folder, '.hidden'));
    fs.copyFileSync(photo, path.join(folder, '.hidden', 'a.jpg'));
    execFileSync('mkfifo', [path.join(folder, 'fifo.jpg')]);
    const writer = spawn('sh', ['-c', ': > "$1"', 'sh', path.join(folder, 'fifo.jpg')]);
    t.after(() => writer.kill());
    fs.writeFileSync(path.join(folder, 'large.jpg'), '');
    fs.truncateSync(path.join(folder, 'large.jpg'), 65 * 1024 * 1024);
    const within = (name) => path.join(folder, name);
    const one = client.new();
    await connectStdio(t, one, setup);
    const refusal = async (image) => {
        const { isError, content } = await callTool(one, videoOf(image));
        assert.equal(isError, true, image.slice(0, 100));
        return textOf({ content });
    };
    for (const image of [
        path.join(outside, 'secret.jpg'), within('link.jpg'), within('linked/secret.jpg'), `${folder}/../${path.basename(outside)}/secret.jpg`,
        `file://${folder}/%2e%2e/${path.basename(outside)}/secret.jpg`, `file://example.com${setup.cup}`, `${folder}-other/cup.jpg`,
        within('zero.jpg'), within('fifo.jpg'), within('.hidden/a.jpg'), within('none.jpg'), folder, '/', '//example.com/cup.jpg',
        '/dev/stdin', '/proc/self/environ', '/proc/self/root/etc/passwd', `${setup.cup}\0`, 'FILE:///etc/passwd',
    ]) {
        const text = await refusal(image);
        assert.ok(text.startsWith('Nothing was started or paid. There is no file'), text);
        assert.ok(text.endsWith(`that the server may read: give one in ${folder}, or a URL.`), text);
    }
    for (const [image, expected] of [
        [within('large.jpg'), /^Nothing was started or paid\. A file may have 64\.0 MiB, and large\.jpg has 65\.0 MiB; give a smaller one\.$/],
        [`data:image/png;base64,${'A'.repeat(7 * 1024 * 1024)}`, /^Nothing was started or paid\. A data: URI may have 2\.0 MiB, and this one has 5\.3 MiB; give a URL\.$/],
        [`${dataUri.slice(0, 500)}…`, /no file in base64; give a URL\.$/],
        ['data:image/svg+xml,%3Csvg', /no file in base64/],
        ['attachment:image~0', /give a URL\.$/],
    ]) {
        assert.match(await refusal(image), expected);
    }
    const [broken] = await made(folder, 'broken.jpg');
    fs.writeFileSync(within('text.jpg'), 'no image');
    for (const [image, expected] of [
        [broken, /broken\.jpg is damaged.*Nothing was paid\.$/s],
        [within('text.jpg'), /text\.jpg is .*Nothing was paid\.$/s],
        [`data:image/jpeg;base64,${base64OfPhoto.slice(0, 4000)}`, /an image of 2\.9 KiB is damaged.*Nothing was paid\.$/s],
    ]) {
        assert.match(await refusal(image), expected);
    }
    assert.deepEqual([service.jobs.size, service.uploads.length, copiesIn(setup)], [0, 0, []]);
    assert.equal(writer.exitCode, null, 'the pipe was not even opened');
});

test('without --files no file is read, and the answer says what to do', { timeout: 60_000 }, async (t) => {
    const service = await startService(t);
    const one = client.new();
    await connectStdio(t, one, setUp(service));
    for (const image of [photo, String(pathToFileURL(photo))]) {
        assert.equal(
            textOf(await callTool(one, videoOf(image))),
            'Nothing was started or paid. The server may read no files: give a URL, or ask the person who set it up to name a folder with --files.',
        );
    }
    const other = client.new();
    await assert.rejects(connectStdio(t, other, setUp(service, { args: ['--files', photo] })), 'no folder');
    assert.equal(service.jobs.size, 0);
});

test('a service that takes no files says so, and nothing is paid', { timeout: 60_000 }, async (t) => {
    const service = await startService(t);
    const one = client.new();
    const setup = setUp(service);
    await connectStdio(t, one, setup);
    assert.match(textOf(await callTool(one, videoOf(dataUri))), /^Cannot Hand Over File: .*Nothing was paid\.$/s);
    assert.deepEqual([service.jobs.size, copiesIn(setup)], [0, []]);
});

test('one image by two paths and as bytes is one job; another in its place is another', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 200 });
    const setup = setUpWithFiles(service);
    const copy = path.join(setup.folder, 'copy of the cup.jpg');
    fs.copyFileSync(setup.cup, copy);
    fs.symlinkSync('cup.jpg', path.join(setup.folder, 'link.jpg'));
    const one = client.new();
    await connectStdio(t, one, setup);
    const runOf = async (image) => {
        const result = await callTool(one, videoOf(image));
        assert.equal(result.structuredContent?.status, 'succeeded', textOf(result));
        return result.structuredContent.run;
    };
    const first = await runOf(setup.cup);
    const others = [copy, String(pathToFileURL(copy)), path.join(setup.folder, 'link.jpg'), dataUri, `${setup.folder}/./cup.jpg`];
    assert.deepEqual(await Promise.all(others.map(runOf)), others.map(() => first));
    assert.equal(service.jobs.size, 1);
    const [changed] = await made(setup.folder, 'photo.jpg');
    fs.renameSync(changed, setup.cup);
    assert.notEqual(await runOf(setup.cup), first);
    assert.deepEqual([service.jobs.size, service.uploads.length, copiesIn(setup)], [2, 2, []]);
});

for (const [way, files] of Object.entries({ 'by an upload': byUpload, 'in the submit': inSubmit })) {
    test(`${way}: killed at random moments from the call on, and the file gone: one job, one video`, { timeout: 120_000 }, async (t) => {
        const service = await startService(t, { renderMs: () => 1500, submitMs: 150 });
        const setup = setUpWithFiles(service, { files, env: heldTools({ ms: 300 }).env });
        const [heic] = await made(setup.folder, 'photo.heic');
        const connect = async () => {
            const server = await startHttp(t, setup);
            const one = client.old();
            await connectHttp(t, one, server.url);
            return { ...server, one };
        };
        const runs = () => filesThere(path.join(setup.state, 'runs')).filter((file) => file.endsWith('.json'));
        const moments = Array.from({ length: 10 }, (_, i) => Math.round((i + Math.random()) * 100));
        let early = 0;
        for (const ms of moments) {
            const { one, child } = await connect();
            callTool(one, videoOf(heic)).catch(() => {});
            await pause(ms); // the moment is what is tried
            await child.end('SIGKILL');
            if (runs().length > 0) {
                fs.rmSync(heic, { force: true });
            }
            early += service.jobs.size === 0 ? 1 : 0;
        }
        t.diagnostic(`killed after ${moments.join(', ')} ms, ${early} times before the submit`);
        assert.ok(early > 0);
        const { one } = await connect();
        const [{ taskId, inputFiles }, ...others] = runs().map((file) => JSON.parse(fs.readFileSync(file, 'utf8')));
        assert.deepEqual(others, []);
        const result = await callTool(one, { name: 'collect_run', arguments: { run: taskId } });
        assert.equal(result.structuredContent?.output?.video, `${service.url}/videos/job_1.mp4`, textOf(result));
        assert.equal(service.jobs.size, 1);
        const [{ kept }] = Object.values(inputFiles);
        assert.ok(!copiesIn(setup).some((copy) => copy.endsWith(kept)));
    });
}

test('a copy is for its owner alone while it is needed; one that is gone ends the run unpaid', { timeout: 60_000 }, async (t) => {
    const service = await startService(t, { renderMs: () => 200 });
    const tools = heldTools();
    const setup = setUpWithFiles(service, { env: tools.env });
    const first = await startHttp(t, setup);
    const one = client.old();
    await connectHttp(t, one, first.url);
    const start = { ...videoOf(setup.cup), name: 'start_image_to_video' };
    const { structuredContent: { run } } = await callTool(one, start);
    const { structuredContent: joined } = await callTool(one, start);
    assert.equal(joined.run, run);
    await tools.run();
    const [copy, ...others] = copiesIn(setup);
    assert.deepEqual(others, [], 'the call that joined the run has left none');
    assert.deepEqual([copy, path.dirname(copy)].map((place) => fs.statSync(place).mode & 0o777), [0o600, 0o700]);
    await first.child.end('SIGKILL');
    fs.rmSync(copy);
    tools.go();

    const second = await startHttp(t, setup);
    const two = client.old();
    await connectHttp(t, two, second.url);
    const gone = await callTool(two, { name: 'collect_run', arguments: { run } });
    assert.match(textOf(gone), /has its copy of cup\.jpg no longer\. Call again with the file\..*Nothing was paid\.$/s);
    assert.equal(service.jobs.size, 0);
    const { structuredContent } = await callTool(two, videoOf(setup.cup));
    assert.equal(structuredContent.status, 'succeeded');
    assert.equal(service.jobs.size, 1);
});

test('a file that is exchanged meanwhile is not read', { timeout: 60_000 }, async (t) => {
    const [folder, outside] = [temporaryDirectory(), temporaryDirectory()].map((one) => fs.realpathSync(one));
    for (const [place, content] of [[path.join(folder, 'real'), 'inside'], [outside, 'secret']]) {
        fs.mkdirSync(place, { recursive: true });
        fs.writeFileSync(path.join(place, 'a.jpg'), content);
    }
    const exchanging = spawn(process.execPath, ['-e', `
        const fs = require('node:fs');
        process.chdir(${JSON.stringify(folder)});
        for (let i = 0; ; i += 1) {
            fs.renameSync('real', 'album');
            fs.renameSync('album', 'real');
            fs.symlinkSync(${JSON.stringify(outside)}, 'album');
            fs.unlinkSync('album');
        }`]);
    const seen = { inside: 0, nothing: 0 };
    try {
        const allowed = await AllowedFiles.in([folder]);
        const end = performance.now() + 30_000;
        while ((seen.inside < 100 || seen.nothing < 1000) && performance.now() < end) {
            const opened = await allowed.open(path.join(folder, 'album', 'a.jpg'));
            const content = opened === null ? 'nothing' : await textIn(opened.file.createReadStream());
            seen[content] = (seen[content] ?? 0) + 1;
        }
    } finally {
        exchanging.kill('SIGKILL'); // before its folder is removed
        await once(exchanging, 'exit');
    }
    t.diagnostic(`read ${seen.inside} times, refused ${seen.nothing} times`);
    assert.deepEqual(Object.keys(seen), ['inside', 'nothing']);
    assert.ok(seen.inside > 0 && seen.nothing > 0);
});

test('what killed processes have left goes, and what is kept has a limit', async () => {
    const directory = path.join(temporaryDirectory(), 'inputs');
    const files = new InputFiles({ directory, allowed: { folders: [] } });
    const { inputFiles: needed, values } = await files.take(media, { image: dataUri, other: 1 });
    assert.match(values.image, /^attachment:image~[0-9a-f]{32}$/);
    const { inputFiles: left } = await files.take(media, { image: dataUri });
    const { inputFiles: fresh } = await files.take(media, { image: dataUri });
    const [keptNeeded, keptLeft, keptFresh] = [needed, left, fresh].map((one) => Object.values(one)[0].kept);
    const hoursAgo = Date.now() / 1000 - 7200;
    [keptNeeded, keptLeft].forEach((kept) => fs.utimesSync(path.join(directory, kept), hoursAgo, hoursAgo));
    await files.sweep([{ inputFiles: needed }]);
    assert.deepEqual(fs.readdirSync(directory).sort(), [keptNeeded, keptFresh].sort());

    fs.truncateSync(path.join(directory, keptFresh), 1024 * 1024 * 1024);
    const another = new InputFiles({ directory, allowed: { folders: [] } });
    assert.match((await another.take(media, { image: dataUri })).problem, /keeps files of many runs already/);
    await another.release(fresh);
    assert.equal((await another.take(media, { image: dataUri })).problem, undefined);
});
