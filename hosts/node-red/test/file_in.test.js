'use strict';
// An image that is a file, in Node-RED itself: a Buffer in the message, a path in the form, a path in the message.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, beforeEach, test } = require('node:test');
const { broken, cornersOf, makeImageKinds, upright } = require('../../../tests/support/image_kinds');
const { JobServer } = require('../../../tests/support/job_server');
const { until } = require('../../../tests/support/waiting');
const { Flow, connectionTo, imageToVideo } = require('./support/flows');
const { NodeRed } = require('./support/node_red');
const { photo, repository } = require('./support/places');

/** A service that takes an image as a data URI. */
const binding = JSON.parse(fs.readFileSync(path.join(repository, 'schemas', 'pixelml_api.json'), 'utf8'));
binding.files = { media_types: ['image/jpeg', 'image/png'], as: 'data_uri' };

const bytes = fs.readFileSync(photo);
const asDataUri = `data:image/jpeg;base64,${bytes.toString('base64')}`;

let server;
let nodeRed;
let folder;
before(async () => {
    server = await new JobServer({ renderMs: () => 1 }).start();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'photos-'));
    fs.copyFileSync(photo, path.join(folder, 'photo.jpg'));
    nodeRed = await new NodeRed({ more: { fileWorkingDirectory: folder } }).start();
});
after(async () => {
    await nodeRed.remove();
    await server.end();
    fs.rmSync(folder, { recursive: true });
});
beforeEach(() => {
    server.jobs.clear();
    fs.rmSync(path.join(nodeRed.userDirectory, 'out.jsonl'), { force: true });
});

const connection = () => connectionTo(server.url, { connection_api_binding: JSON.stringify(binding) });
const image = (type, value) => ({ input_image_type: type, input_image: value });
/** Puts a Buffer where an "http in" node with uploads would. */
const upload = {
    id: 'node', z: 'tab', type: 'function', name: '', outputs: 1, wires: [['video']], x: 300, y: 100, libs: [{ var: 'fs', module: 'fs' }],
    func: `msg.req = { files: [{ buffer: fs.readFileSync(${JSON.stringify(photo)}) }] };\nreturn msg;`,
};

async function sendOne(nodes, msg = {}) {
    const flow = await Flow.deploy(nodeRed, [connection(), ...nodes]);
    await flow.send([{ prompt: 'Zoom', ...msg }]);
    const [line] = await flow.results(1);
    return line;
}

const sent = () => [...server.jobs.values()].map(({ input }) => input.image);

test('a Buffer in the message', async () => {
    const { from, payload } = await sendOne([upload, imageToVideo({ id: 'video', ...image('msg', 'req.files[0].buffer') })]);
    assert.equal(from, 'result', JSON.stringify(payload));
    assert.deepEqual(sent(), [asDataUri]);
});

test('a path in the form, absolute or in the working directory of the file nodes', async () => {
    for (const place of [path.join(folder, 'photo.jpg'), 'photo.jpg']) {
        assert.equal((await sendOne([imageToVideo(image('file', place))])).from, 'result');
        assert.deepEqual(sent(), [asDataUri]);
        server.jobs.clear();
        fs.rmSync(path.join(nodeRed.userDirectory, 'out.jsonl'));
    }
});

test('a path in the message', async () => {
    assert.equal((await sendOne([imageToVideo(image('msgFile', 'filename'))], { filename: 'photo.jpg' })).from, 'result');
    assert.deepEqual(sent(), [asDataUri]);
});

for (const [what, given, msg, expected] of [
    ['that is not there', image('file', 'none.jpg'), {}, /none\.jpg/],
    ['that is no path', image('msgFile', 'filename'), { filename: 7 }, /Image could not be read \(the path of a file is a text\)/],
    ['that is no image', image('file', __filename), {}, /./],
]) {
    test(`a file ${what}: an error, and nothing is paid`, async () => {
        const { from, error } = await sendOne([imageToVideo(given)], msg);
        assert.equal(from, 'catch');
        assert.match(error.message, expected);
        assert.ok(!error.charged || error.charged === 'no');
        assert.equal(server.jobs.size, 0);
    });
}

test('every kind of image: what the service does not take is converted, and a broken one costs nothing', { timeout: 180000 }, async () => {
    const kinds = fs.mkdtempSync(path.join(folder, 'kinds-'));
    const names = await makeImageKinds(kinds);
    const flow = await Flow.deploy(nodeRed, [connection(), imageToVideo(image('msgFile', 'filename'))]);
    await flow.send(names.map((name) => ({ topic: name, prompt: name, filename: path.join(kinds, name) })));
    const lines = await flow.results(names.length, 150000);
    const failed = lines.filter(({ from }) => from === 'catch');
    assert.deepEqual(failed.map(({ topic }) => topic).sort(), broken, JSON.stringify(failed));
    failed.forEach(({ error }) => assert.deepEqual([error.code, error.charged], ['file_not_given', 'no']));
    const jobs = [...server.jobs.values()].map(({ input }) => input);
    assert.deepEqual(jobs.map(({ prompt }) => prompt).sort(), names.filter((name) => !broken.includes(name)).sort());
    for (const { prompt, image: sentImage } of jobs) {
        const [, base64] = /^data:image\/(?:jpeg|png);base64,(.*)$/.exec(sentImage) ?? assert.fail(sentImage.slice(0, 100));
        assert.equal(await cornersOf(Buffer.from(base64, 'base64')), upright, prompt);
    }
    const unchanged = fs.readFileSync(path.join(kinds, 'photo.jpg')).toString('base64');
    assert.ok(jobs.find(({ prompt }) => prompt === 'photo.jpg').image.endsWith(unchanged));
});

test('a URL in the message is one as before', async () => {
    const url = `${server.url}/image`;
    assert.equal((await sendOne([imageToVideo()], { image: url })).from, 'result');
    assert.deepEqual(sent(), [url]);
});

test('kill -9 amid the job: it goes on without its file', { timeout: 120000 }, async () => {
    server.renderMs = () => 6000;
    const flow = await Flow.deploy(nodeRed, [connection(), imageToVideo(image('msgFile', 'filename'))]);
    fs.copyFileSync(photo, path.join(folder, 'gone.jpg'));
    await flow.send([{ prompt: 'Zoom', filename: 'gone.jpg' }]);
    await until('the job to be recorded', () => server.recordedJobsOf('Zoom').length === 1);
    await nodeRed.end('SIGKILL');
    fs.rmSync(path.join(folder, 'gone.jpg'));
    await nodeRed.start();
    const [{ from, payload }] = await flow.results(1, 60000);
    assert.equal(from, 'result', JSON.stringify(payload));
    assert.equal(server.jobs.size, 1);
});

test('a run that is sent again: another photo is refused, and the same one needs no file', { timeout: 60000 }, async () => {
    server.renderMs = () => 1;
    const route = {
        id: 'node', z: 'tab', type: 'function', name: '', outputs: 2, wires: [['start'], ['again']], x: 250, y: 200, libs: [],
        func: 'return msg.run ? [null, msg] : [msg, null];',
    };
    const fileOfMessage = image('msgFile', 'filename');
    const start = imageToVideo({ ...fileOfMessage, id: 'start', operation: 'start' });
    const flow = await Flow.deploy(nodeRed, [connection(), route, start, imageToVideo({ ...fileOfMessage, id: 'again' })]);
    for (const name of ['one.jpg', 'another.jpg']) {
        fs.copyFileSync(photo, path.join(folder, name));
    }
    fs.appendFileSync(path.join(folder, 'another.jpg'), 'other');
    const first = { prompt: 'Zoom', filename: 'one.jpg' };
    await flow.send([first]);
    const [{ run: started }] = await flow.results(1);
    await flow.send([{ ...first, filename: 'another.jpg', run: started }]);
    const refused = (await flow.results(2))[1];
    assert.equal(refused.from, 'catch', JSON.stringify(refused.payload));
    assert.match(refused.error.message, /belongs to a run with other inputs/);
    fs.rmSync(path.join(folder, 'one.jpg'));
    await flow.send([{ ...first, run: started }]);
    const same = (await flow.results(3))[2];
    assert.equal(same.from, 'result', JSON.stringify(same.error));
    assert.match(same.payload.video, /^http/);
    assert.equal(server.jobs.size, 1);
});
