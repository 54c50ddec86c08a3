'use strict';
// Keep the file, in Node-RED itself: on the disk and in the message, and what becomes of a paid video whose file cannot be kept.
const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, beforeEach, test } = require('node:test');
const { JobServer } = require('../../../tests/support/job_server');
const { until } = require('../../../tests/support/waiting');
const { film } = require('./support/film');
const { Flow, connectionTo, imageToVideo } = require('./support/flows');
const { NodeRed } = require('./support/node_red');
const { words } = require('./support/words');

const facts = { bytes: film.length, sha256: createHash('sha256').update(film).digest('hex'), width: 1280, height: 720, duration: 5 };

const whole = (response) => response.writeHead(200, { 'Content-Type': 'video/mp4', 'Content-Length': film.length }).end(film);

let server;
let nodeRed;
let folder;
let answer = whole; // for a video
const held = [];
const hold = (response) => {
    response.writeHead(200, { 'Content-Type': 'video/mp4', 'Content-Length': film.length });
    response.write(film.subarray(0, 1000));
    held.push(response);
};

before(async () => {
    server = await new JobServer({
        renderMs: () => 1,
        videoOf: (job) => `${server.url}/videos/${job.id}.mp4?look=${job.polls}`,
        sendVideo: (request, response) => answer(response, request),
    }).start();
    nodeRed = await new NodeRed().start();
});
after(async () => {
    await nodeRed.remove();
    await server.end();
});
beforeEach(() => {
    answer = whole;
    held.length = 0;
    server.jobs.clear();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kept-'));
    fs.rmSync(path.join(nodeRed.userDirectory, 'out.jsonl'), { force: true });
});

const inFolder = () => ({ keep: 'file', keepPath: folder, keepPath_type: 'str' });
const asNamed = { keep: 'file', keepPath: 'filename', keepPath_type: 'msg' };

const deploy = (...nodes) => Flow.deploy(nodeRed, [connectionTo(server.url), ...nodes]);
const message = (more = {}) => ({ prompt: 'Zoom', image: `${server.url}/image`, ...more });

async function sendOne(flow, more) {
    await flow.send([message(more)]);
    const [line] = await flow.results(1);
    return line;
}

test('in a folder: the file has a name of its own, and the message says where it is and what', async () => {
    const { from, payload, files, filename, run, warnings } = await sendOne(await deploy(imageToVideo(inFolder())));
    assert.equal(from, 'result');
    assert.match(payload.video, /\/videos\/job_1\.mp4/);
    const names = fs.readdirSync(folder);
    assert.deepEqual(names.length, 1, names.join());
    assert.match(names[0], /^node_.*~[0-9a-f]{16}\.mp4$/);
    const file = path.join(folder, names[0]);
    assert.deepEqual(fs.readFileSync(file), film);
    assert.deepEqual([filename, run, warnings], [file, undefined, undefined]);
    assert.deepEqual(files, { video: { file, ...facts } });
});

test('under the name that the message brings; one that is there is refused before anything is paid, or replaced', async () => {
    const filename = path.join(folder, 'clip.mp4');
    const flow = await deploy(imageToVideo(asNamed));
    assert.equal((await sendOne(flow, { filename })).files.video.file, filename);
    await flow.send([message({ filename }), message(), message({ filename: path.join(folder, 'none', 'clip.mp4') })]);
    const errors = (await flow.results(4)).filter(({ from }) => from === 'catch').map(({ error }) => error.message).sort();
    assert.match(errors[0], /Nothing was submitted.*is there already\. Choose another name, or let the node replace the file\./);
    assert.match(errors[1], /Nothing was submitted.*no such file or directory/);
    assert.match(errors[2], /The place for the file is empty/);
    assert.equal(server.jobs.size, 1);

    fs.writeFileSync(filename, 'an older one');
    const replacing = await deploy(imageToVideo({ ...asNamed, keepReplace: true }));
    await replacing.send([message({ filename })]);
    const last = (await replacing.results(5)).at(-1);
    assert.equal(last.files?.video.file, filename, JSON.stringify(last));
    assert.deepEqual(fs.readFileSync(filename), film);
});

test('two messages with one file at once: one is refused before anything is paid', async () => {
    answer = hold;
    const filename = path.join(folder, 'clip.mp4');
    const flow = await deploy(imageToVideo(asNamed));
    await flow.send([message({ filename }), message({ filename })]);
    const [refused] = await flow.results(1);
    assert.match(refused.error.message, /Nothing was submitted, because another run is to make the file .*clip\.mp4/);
    await until('the download', () => held.length > 0);
    held.forEach((response) => response.end(film.subarray(1000)));
    assert.equal((await flow.results(2)).at(-1).files.video.file, filename);
    assert.equal(server.jobs.size, 1);
});

test('in the message, up to a size', async () => {
    const flow = await deploy(imageToVideo({ keep: 'buffer' }));
    const { content, ...others } = (await sendOne(flow)).files.video;
    assert.deepEqual(Buffer.from(content.data), film);
    assert.deepEqual(others, facts);
    const small = await deploy(imageToVideo({ keep: 'buffer', keepLargest: '0.01' }));
    await small.send([message()]);
    const { files, payload } = (await small.results(2)).at(-1);
    assert.equal(files.video.error.code, 'too_large');
    assert.match(payload.video, /^http/);
});

test('a file that cannot be kept fails no run: a Collect asks for a new URL, and nothing more is paid', async () => {
    answer = (response, { url }) => (url.endsWith('look=1') ? response.writeHead(404).end() : whole(response));
    const line = await sendOne(await deploy(imageToVideo(inFolder())));
    assert.deepEqual([line.from, line.files.video.error.code], ['result', 'file_gone']);
    assert.match(line.payload.video, /\/videos\/job_1\.mp4/);
    assert.equal(line.warnings[0].code, 'video_not_downloaded');
    assert.match(line.warnings[0].message, /^The video was made, but its file could not be kept: .*msg\.payload\.video.*Collect/);
    assert.deepEqual(fs.readdirSync(folder), []);

    const flow = await deploy(imageToVideo({ ...inFolder(), operation: 'collect', outputs: 2, wires: [['result'], []] }));
    await flow.send([{ run: line.run }]);
    const { files, run, payload } = (await flow.results(2)).at(-1);
    assert.deepEqual([files.video.bytes, run, server.jobs.size], [film.length, undefined, 1]);
    assert.match(payload.video, /look=[2-9]/);
});

test('msg.cancel ends a download: the message goes on with its URL', async () => {
    answer = hold;
    const flow = await deploy(imageToVideo(inFolder()));
    await flow.send([message()]);
    await until('the download', () => held.length > 0);
    await flow.send([{ cancel: true }]);
    const [{ from, files, payload }] = await flow.results(1);
    assert.deepEqual([from, files.video.error.code], ['result', 'stopped']);
    assert.match(payload.video, /^http/);
    assert.deepEqual(fs.readdirSync(folder), []);
});

const filesOfRuns = () => fs.readdirSync(path.join(nodeRed.userDirectory, 'workflow-nodes', 'runs'));

test('a deploy changes the node amid a download: the new one keeps the file, and the message goes on', async () => {
    const generate = (more) => [connectionTo(server.url), imageToVideo({ ...inFolder(), ...more })];
    const flow = await Flow.deploy(nodeRed, generate());
    answer = hold;
    await flow.send([message({ topic: 'mine' })]);
    await until('the download', () => held.length > 0);
    answer = whole;
    await Flow.deploy(nodeRed, generate({ name: 'renamed' }), 'nodes');
    const [{ from, topic, filename }] = await flow.results(1);
    assert.deepEqual([from, topic, server.jobs.size], ['result', 'mine', 1]);
    assert.deepEqual(fs.readFileSync(filename), film);
    assert.match(nodeRed.output, /The node node was changed or removed before it had the files of the run node:.*\/videos\/job_1\.mp4/);
    await until('the file of the run to go', () => filesOfRuns().length === 0);
});

test('a deploy changes a Collect amid a download: the same', async () => {
    const route = {
        id: 'node', z: 'tab', type: 'function', name: '', outputs: 2, wires: [['starter'], ['collector']], x: 250, y: 200, libs: [],
        func: 'return msg.run ? [null, msg] : [msg, null];',
    };
    const starter = imageToVideo({ id: 'starter', operation: 'start' });
    const wires = [['result'], []];
    const all = (more) => [
        connectionTo(server.url), route, starter,
        imageToVideo({ ...inFolder(), id: 'collector', operation: 'collect', wait: '30', outputs: 2, wires, ...more }),
    ];
    const flow = await Flow.deploy(nodeRed, all());
    await flow.send([message({ topic: 'mine' })]);
    const [{ run }] = await flow.results(1);
    answer = hold;
    await flow.send([{ run, topic: 'mine' }]);
    await until('the download', () => held.length > 0);
    answer = whole;
    await Flow.deploy(nodeRed, all({ name: 'renamed' }), 'nodes');
    const { from, topic, filename } = (await flow.results(2)).at(-1);
    assert.deepEqual([from, topic, server.jobs.size], ['result', 'mine', 1]);
    assert.deepEqual(fs.readFileSync(filename), film);
    await until('the file of the run to go', () => filesOfRuns().length === 0);
});

test('a node that makes several files needs a folder for them, and each has its name', async () => {
    const { KeptFiles } = require('../lib/kept_files');
    const entry = { form: { mediaOutputs: [{ name: 'video', kind: 'video' }, { name: 'poster', kind: 'image' }, { name: 'sound', kind: 'audio' }] } };
    const keeping = (keepPath) => {
        const RED = { settings: {}, util: { evaluateNodeProperty: (value, type, node, msg, done) => done(null, value) } };
        return new KeptFiles({ RED, ...words }, {}, entry, { keep: 'file', keepPath });
    };
    await assert.rejects(keeping(path.join(folder, 'clip.mp4')).placeFor({}, false), /makes 3 files. Give a folder/);
    await assert.rejects(keeping(path.join(folder, 'none/')).placeFor({}, false), /Nothing was submitted.*no such file/);
    const kept = keeping(folder);
    const place = await kept.placeFor({}, false);
    answer = (response, { url }) =>
        url.includes('poster') ? response.writeHead(200, { 'Content-Type': 'image/webp' }).end('RIFF') : whole(response);
    const output = { video: `${server.url}/videos/a.mp4`, poster: `${server.url}/videos/poster.webp`, sound: null };
    const files = await kept.keep({ key: 'order-7', place }, output, {}, {});
    assert.deepEqual(Object.keys(files), ['video', 'poster']);
    assert.deepEqual(fs.readdirSync(folder).sort(), ['order-7+poster.webp', 'order-7+video.mp4']);
    const { video } = await kept.keep({ key: 'order-8', place: null }, output, {}, {});
    assert.equal(video.error.code, 'not_written');
});

for (const signal of ['SIGTERM', 'SIGKILL']) {
    test(`${signal} amid a download: the next process keeps the file, and pays nothing`, { timeout: 120000 }, async () => {
        answer = hold;
        const flow = await deploy(imageToVideo(inFolder()));
        await flow.send([message({ topic: signal })]);
        await until('the download', () => held.length > 0);
        const began = performance.now();
        await nodeRed.end(signal);
        assert.ok(performance.now() - began < 10000, 'the stop waits for no download');
        answer = whole;
        await nodeRed.start();
        const [{ topic, files, filename }] = await flow.results(1, 60000);
        assert.deepEqual([topic, files.video.bytes, server.jobs.size], [signal, film.length, 1]);
        assert.deepEqual(fs.readFileSync(filename), film);
        await until('the file of the run to go', () => filesOfRuns().length === 0);
    });
}
