// The package built with another module: n8n shows each of its nodes, with its own form, and each does its own work. n8n's
// own loader reads the package; the nodes are executed without n8n.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { JobServer } from '../support/job_server.js';

import { buildPackage, contextOf, loadTypes, scripts } from './support/built_package.mjs';
import { build, n8nDirectory, repository, temporaryDirectory } from './support/places.mjs';

const require = createRequire(import.meta.url);
const directory = temporaryDirectory();
const folder = path.join(directory, 'package');
const twoNodes = path.join(directory, 'two_nodes.so');
process.env.N8N_USER_FOLDER = directory;
process.env.N8N_NODES_TWO_NODES_KEEP_HOURS = '1';

/** What n8n itself finds in the package: {nodes, credentials}, their descriptions as n8n shows them. */
function loadedBy(major) {
    const installed = path.join(n8nDirectory(major), 'node_modules');
    const node = path.join(installed, { 1: 'node-20', 2: 'node-24' }[major], 'bin', 'node');
    const loader = path.join(installed, 'n8n-core', 'dist', 'nodes-loader', 'package-directory-loader.js');
    const program = `
        const { PackageDirectoryLoader } = require(${JSON.stringify(loader)});
        const loader = new PackageDirectoryLoader(${JSON.stringify(folder)});
        loader.loadAll().then(() => {
            require('node:fs').writeSync(1, JSON.stringify(loader.types));
            process.exit(0);
        });
    `;
    return JSON.parse(execFileSync(node, ['-e', program], { encoding: 'utf8', timeout: 60_000, maxBuffer: 2 ** 24 }));
}

let types;
let worker;
const server = new JobServer({ renderMs: () => 200 });
before(async () => {
    const ofTwoNodes = path.join('tests', 'abi', 'two_nodes');
    fs.copyFileSync(path.join(build, ofTwoNodes, 'two_nodes.so'), twoNodes);
    buildPackage(twoNodes, folder);
    types = loadTypes(folder);
    ({ worker } = require(path.join(folder, 'dist', 'lib', 'worker.js')));
    await server.start();
}, { timeout: 120_000 });
after(async () => {
    await worker?.session.close();
    await server.end();
    fs.rmSync(directory, { recursive: true, force: true });
});

const typeOf = (name) => types.nodes.find(({ description }) => description.name === name);
const propertiesOf = (name) => typeOf(name).description.properties;
const property = (type, name) => propertiesOf(type).find((one) => one.name === name);

test('the package lists a type for each node', () => {
    assert.deepEqual(types.nodes.map(({ description }) => description.name), ['imageToVideo', 'textToVideo']);
    assert.deepEqual(types.nodes.map(({ description }) => description.displayName), ['Image to Video', 'Text to Video']);
    const [{ name }] = types.credentials;
    for (const [at, { description }] of types.nodes.entries()) {
        assert.deepEqual(description.credentials, [{ name, required: true, testedBy: `${name}Test` }]);
        const base = path.join(folder, types.files[at].replace(/\.js$/, ''));
        const codex = JSON.parse(fs.readFileSync(`${base}.json`, 'utf8'));
        assert.equal(codex.node, `n8n-nodes-two-nodes.${description.name}`);
        const icon = path.join(path.dirname(base), description.icon.replace('file:', ''));
        assert.equal(fs.readFileSync(icon, 'utf8'), worker.module.nodes[at].iconSvg);
    }
});

for (const major of [1, 2]) {
    test(`n8n ${major} shows both, with their fields, icons and credential`, { timeout: 90_000 }, () => {
        const { nodes, credentials } = loadedBy(major);
        for (const { description } of types.nodes) {
            const shown = nodes.find(({ name }) => name === description.name);
            assert.deepEqual(shown.properties.map(({ name }) => name), description.properties.map(({ name }) => name));
            assert.match(shown.iconUrl, new RegExp(`${description.name}\\.svg$`));
            assert.equal(shown.codex.categories[0], 'Marketing');
        }
        assert.deepEqual(credentials.map(({ name, supportedNodes }) => [name, supportedNodes]), [
            ['pixelMlApi', ['imageToVideo', 'textToVideo']],
        ]);
    });
}

test('each type has the inputs of its own schema', () => {
    for (const [type, actionId] of [['imageToVideo', 'image_to_video'], ['textToVideo', 'text_to_video']]) {
        const { inputSchema } = worker.module.find(actionId);
        const making = propertiesOf(type).filter(({ displayOptions }) => displayOptions?.show.operation?.includes('start'));
        const withFile = (name) => (name === 'image' ? ['imageFrom', 'image', 'imageBinaryField'] : [name]);
        const expected = [...Object.keys(inputSchema.properties).flatMap(withFile), 'priceNotice'];
        assert.deepEqual(making.map(({ name }) => name), expected);
    }
    assert.equal(property('textToVideo', 'image'), undefined);
    assert.deepEqual(property('textToVideo', 'duration').displayOptions.show.model, ['Pixel L']);
    assert.deepEqual(property('textToVideo', 'steps').typeOptions, { minValue: 1, maxValue: 50 });
    assert.equal(property('textToVideo', 'model').default, 'Pixel S');
    assert.deepEqual(property('textToVideo', 'prompt').typeOptions, { rows: 3 });
    assert.equal(property('textToVideo', 'size').type, 'options', 'although the platform calls it a short text');
    assert.equal(property('imageToVideo', 'image').description, 'URL of the input image to animate');
    const notice = "About 4 credits ($0.10) a run, by the platform's list; the service decides";
    assert.equal(property('textToVideo', 'priceNotice').displayName, notice);
});

test("the project's own module is built as ever: names that workflows hold", () => {
    const { n8n } = require(path.join(repository, 'hosts', 'n8n', 'package.json'));
    assert.deepEqual(n8n.nodes, ['dist/nodes/ImageToVideo/ImageToVideo.node.js']);
    assert.deepEqual(n8n.credentials, ['dist/credentials/PixelMlApi.credentials.js']);
    assert.equal(types.credentials[0].name, 'pixelMlApi');
    const names = propertiesOf('imageToVideo').map(({ name }) => name);
    assert.deepEqual(names, [
        'operation', 'model', 'prompt', 'imageFrom', 'image', 'imageBinaryField', 'negative_prompt', 'size', 'prompt_optimizer',
        'priceNotice', 'holdingNotice', 'findBy', 'checkpoint', 'executionId', 'jobId', 'runKey', 'download', 'binaryPropertyName', 'options',
    ]);
});

test('the package and its runs have names of their own', { timeout: 60_000 }, async () => {
    await made('textToVideo', { prompt: 'Kept' });
    assert.equal(require(path.join(folder, 'package.json')).name, 'n8n-nodes-two-nodes');
    assert.deepEqual(fs.readdirSync(path.join(directory, '.n8n')), ['n8n-nodes-two-nodes']);
    const { redisSettings } = require(path.join(folder, 'dist', 'lib', 'redis_settings.js'));
    assert.equal(redisSettings({}).prefix, 'bull:n8n-nodes-two-nodes');
    const { keepingTimeMs } = require(path.join(folder, 'dist', 'lib', 'run_store.js'));
    assert.equal(keepingTimeMs({ N8N_NODES_TWO_NODES_KEEP_HOURS: '2', IMAGE_TO_VIDEO_KEEP_HOURS: '3' }), 2 * 3600 * 1000);
});

test('an input that has the name of a field of every node is refused', () => {
    const { classOf, planOf } = require(path.join(scripts, 'node_source.js'));
    const descriptor = { ...worker.module.find('text_to_video'), inputSchema: { properties: { options: { type: 'string' } } } };
    assert.throws(() => classOf(planOf(descriptor, null)), /The input options of text_to_video/);
});

const credentials = () => ({ pixelMlApi: { api_key: 'key', base_url: server.url, allow_insecure_loopback: true } });

async function itemsOf(name, parameters, executionId) {
    const type = typeOf(name);
    const [items] = await type.execute.call(contextOf(type, parameters, { credentials: credentials(), executionId }));
    return items;
}

async function made(name, parameters, executionId) {
    const [item] = await itemsOf(name, parameters, executionId);
    assert.equal(item.json.error, undefined, JSON.stringify(item.json.error));
    return item;
}

const photo = 'https://example.com/photo.jpg';

test('each type submits to its own API, and the file comes from its own output', { timeout: 60_000 }, async () => {
    const ofText = await made('textToVideo', { prompt: 'Waves', model: 'Pixel L', duration: 4, download: true });
    const ofImage = await made('imageToVideo', { prompt: 'Zoom', image: photo, model: 'Pixel S', download: true });
    const [text, image] = [ofText, ofImage].map(({ json }) => server.jobs.get(json.job_id));
    assert.deepEqual([text.api, image.api], ['/v1/text-to-video', '/v1/image-to-video']);
    assert.deepEqual([text.input.duration, text.input.steps, 'fps' in text.input], [4, 30, false]);
    assert.equal(image.input.image, photo);
    assert.deepEqual([ofText.json.video_url, ofImage.json.video], [text, image].map((job) => server.videoOf(job)));
    assert.deepEqual([ofText, ofImage].map(({ binary }) => [binary.data.fileName, binary.data.size]), [
        [`${text.id}.mp4`, 100_000],
        [`${image.id}.mp4`, 100_000],
    ]);
});

test('a run key that both use is two runs', { timeout: 60_000 }, async () => {
    const options = { runKey: 'order 1' };
    const first = await made('textToVideo', { prompt: 'Waves', options });
    const second = await made('imageToVideo', { prompt: 'Waves', image: photo, options });
    assert.notEqual(first.json.job_id, second.json.job_id);
    assert.deepEqual([second.json.run_key === 'order 1', second.json.warnings[0].code], [false, 'inputs_changed']);
    const again = await made('textToVideo', { prompt: 'Waves', options });
    assert.equal(again.json.job_id, first.json.job_id);
});

test('whichever type collects, a run goes on as that of the node which started it', { timeout: 60_000 }, async () => {
    const { json: started } = await made('textToVideo', { operation: 'start', prompt: 'Parked' });
    assert.equal(started.checkpoint.node, 'text_to_video');
    const collect = (findBy, value) => ({ operation: 'collect', findBy, [findBy]: value, download: true, options: { wait: 20 } });
    // As a flow holds it that was parked with an earlier version, which passed on the module's text alone.
    const ofEarlier = { ...started.checkpoint, checkpoint: JSON.parse(started.checkpoint.checkpoint.json) };
    const all = [collect('checkpoint', started.checkpoint), collect('checkpoint', ofEarlier), collect('jobId', started.job_id)];
    for (const parameters of all) {
        const { json, binary } = await made('imageToVideo', parameters);
        assert.equal(json.video_url, server.videoOf(server.jobs.get(started.job_id)));
        assert.equal(binary.data.size, 100_000);
    }
    assert.equal(server.jobsOf('Parked').length, 1);
});

test('of the runs of an execution, one that cannot be collected does not affect the others', { timeout: 60_000 }, async () => {
    const { json: whole } = await made('textToVideo', { prompt: 'Whole' }, 'of many');
    const gone = {
        ...{ runKey: 'of a node that is gone', node: 'gone', jobId: 'job' },
        ...{ input: {}, checkpoint: null, output: {}, warnings: [], failure: null },
    };
    const claim = await worker.store.claim(gone.runKey);
    await claim.release(gone);
    await worker.store.addToList('execution:of many', gone.runKey);
    const ofMany = { operation: 'collect', findBy: 'executionId', executionId: 'of many', download: true };
    const items = await itemsOf('imageToVideo', ofMany);
    const [failed, collected] = items.sort((one, other) => one.json.status.localeCompare(other.json.status));
    assert.deepEqual([failed.json.run_key, failed.json.job_id, failed.json.status], [gone.runKey, 'job', 'failed']);
    assert.match(failed.json.error.message, /This package has no node gone/);
    assert.deepEqual([collected.json.video_url, collected.binary?.data.size], [whole.video_url, 100_000]);

    const tooLarge = await itemsOf('imageToVideo', { ...ofMany, options: { largestFile: 0.01 } });
    assert.deepEqual(tooLarge.map(({ json }) => [json.run_key, json.status]).sort(), [
        [whole.run_key, 'succeeded'],
        [gone.runKey, 'failed'],
    ].sort());
    assert.ok(tooLarge.every(({ binary }) => binary === undefined));
});

test("the credential's test asks with the type's own action", { timeout: 60_000 }, async () => {
    const { pixelMlApi: data } = credentials();
    const jobs = server.jobsOf('').length;
    for (const { methods } of types.nodes) {
        assert.equal((await methods.credentialTest.pixelMlApiTest({ data })).status, 'OK');
        const wrong = await methods.credentialTest.pixelMlApiTest({ data: { ...data, base_url: 'ftp://example.com' } });
        assert.match(wrong.message, /^Invalid Connection/);
    }
    const [{ methods }] = types.nodes;
    const binding = fs.readFileSync(path.join(repository, 'tests', 'abi', 'two_nodes', 'text_to_video_api.json'), 'utf8');
    const ofAnother = await types.nodes[1].methods.credentialTest.pixelMlApiTest({ data: { ...data, api_binding: binding } });
    assert.deepEqual([ofAnother.status, ofAnother.message], ['OK', 'The service answers and takes the API key. Nothing was submitted.']);
    server.apiKey = 'another';
    const refused = await methods.credentialTest.pixelMlApiTest({ data });
    server.apiKey = null;
    assert.match(refused.message, /does not accept the API key: .*\(HTTP 401\)/);
    assert.equal(server.jobsOf('').length, jobs, 'nothing was submitted');
});
