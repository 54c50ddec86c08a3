// The package built with another module: n8n shows each of its nodes, with its own form, and each does its own work. n8n's
// own loader reads the package; the nodes are executed without n8n.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';

import { JobServer } from '../support/job_server.js';

import { build, n8nDirectory, repository, temporaryDirectory } from './support/places.mjs';

const require = createRequire(import.meta.url);
const scripts = path.join(repository, 'hosts', 'n8n', 'scripts');
const directory = temporaryDirectory();
const twoNodes = path.join(build, 'tests', 'abi', 'two_nodes', 'two_nodes.so');
const environment = { ...process.env };
delete process.env.WORKFLOW_NODE_ADDON; // each package loads the addon that it has
process.env.N8N_USER_FOLDER = directory;
process.env.IMAGE_TO_VIDEO_KEEP_HOURS = '1';

function buildPackage(name, module) {
    const folder = path.join(directory, name);
    const env = { ...environment, WORKFLOW_NODE_MODULE: module };
    execFileSync(process.execPath, [path.join(scripts, 'build.js'), folder], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    return folder;
}

/** What n8n itself finds in the package: {nodes, credentials}, their descriptions as n8n shows them. */
function loadedBy(major, folder) {
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

/** As n8n loads a package: the files that its package.json lists, each with the class that the file is named after. */
function loadTypes(folder) {
    const { n8n } = require(path.join(folder, 'package.json'));
    const load = (file) => {
        const name = path.basename(file).split('.')[0];
        const Type = require(path.join(folder, file))[name];
        return new Type();
    };
    return { nodes: n8n.nodes.map(load), credentials: n8n.credentials.map(load), files: n8n.nodes };
}

let folder;
let types;
let worker;
const server = new JobServer({ renderMs: () => 200 });
before(async () => {
    folder = buildPackage('package', twoNodes);
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
        assert.equal(codex.node, `n8n-nodes-image-to-video.${description.name}`);
        const icon = path.join(path.dirname(base), description.icon.replace('file:', ''));
        assert.equal(fs.readFileSync(icon, 'utf8'), worker.module.nodes[at].iconSvg);
    }
});

for (const major of [1, 2]) {
    test(`n8n ${major} shows both, with their fields, icons and credential`, { timeout: 90_000 }, () => {
        const { nodes, credentials } = loadedBy(major, folder);
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
        assert.deepEqual(making.map(({ name }) => name), Object.keys(inputSchema.properties));
    }
    assert.equal(property('textToVideo', 'image'), undefined);
    assert.deepEqual(property('textToVideo', 'duration').displayOptions.show.model, ['Pixel L']);
    assert.deepEqual(property('textToVideo', 'steps').typeOptions, { minValue: 1, maxValue: 50 });
    assert.equal(property('textToVideo', 'model').default, 'Pixel S');
});

test("the project's own module is built as ever: names that workflows hold", () => {
    const { n8n } = require(path.join(repository, 'hosts', 'n8n', 'package.json'));
    assert.deepEqual(n8n.nodes, ['dist/nodes/ImageToVideo/ImageToVideo.node.js']);
    assert.deepEqual(n8n.credentials, ['dist/credentials/PixelMlApi.credentials.js']);
    assert.equal(types.credentials[0].name, 'pixelMlApi');
    const names = propertiesOf('imageToVideo').map(({ name }) => name);
    assert.deepEqual(names, [
        'operation', 'model', 'prompt', 'image', 'negative_prompt', 'size', 'prompt_optimizer',
        'findBy', 'checkpoint', 'executionId', 'jobId', 'runKey', 'download', 'binaryPropertyName', 'options',
    ]);
});

test('an input that has the name of a field of every node is refused', () => {
    const { classOf, planOf } = require(path.join(scripts, 'node_source.js'));
    const descriptor = { ...worker.module.find('text_to_video'), inputSchema: { properties: { options: { type: 'string' } } } };
    assert.throws(() => classOf(planOf(descriptor, undefined, null)), /The input options of text_to_video/);
});

let executions = 0;

/** What n8n gives to a node. What the form leaves alone has the default of the type. */
function contextOf(type, parameters, executionId = String(++executions)) {
    const defaults = Object.fromEntries(propertiesOf(type).map(({ name, default: value }) => [name, value]));
    const values = { ...defaults, ...parameters };
    return {
        getInputData: () => [{ json: {} }],
        getNodeParameter: (name, _item, otherwise) => (name in values ? values[name] : otherwise),
        getCredentials: async (name) => {
            assert.equal(name, 'pixelMlApi');
            return { api_key: 'key', base_url: server.url, allow_insecure_loopback: true };
        },
        getExecutionId: () => executionId,
        getWorkflowDataProxy: () => ({ $runIndex: 0 }),
        getNode: () => ({ id: `node of ${type}`, name: type, type, typeVersion: 1, position: [0, 0], parameters: {} }),
        getWorkflow: () => ({ id: 'workflow' }),
        getMode: () => 'trigger',
        getExecutionCancelSignal: () => undefined,
        continueOnFail: () => true,
        helpers: {
            httpRequest: async ({ url }) => {
                const answer = await fetch(url);
                return { body: Readable.fromWeb(answer.body), headers: Object.fromEntries(answer.headers) };
            },
            prepareBinaryData: async (stream, fileName, mimeType) => {
                let size = 0;
                for await (const chunk of stream) {
                    size += chunk.length;
                }
                return { fileName, mimeType, size };
            },
        },
    };
}

async function made(type, parameters, executionId) {
    const [[item]] = await typeOf(type).execute.call(contextOf(type, parameters, executionId));
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
    for (const parameters of [collect('checkpoint', started.checkpoint), collect('jobId', started.job_id)]) {
        const { json, binary } = await made('imageToVideo', parameters);
        assert.equal(json.video_url, server.videoOf(server.jobs.get(started.job_id)));
        assert.equal(binary.data.size, 100_000);
    }
    assert.equal(server.jobsOf('Parked').length, 1);
});

test("the credential's test asks with the type's own action", { timeout: 60_000 }, async () => {
    const data = { api_key: 'key', base_url: server.url, allow_insecure_loopback: true };
    for (const { methods } of types.nodes) {
        assert.equal((await methods.credentialTest.pixelMlApiTest({ data })).status, 'OK');
        const wrong = await methods.credentialTest.pixelMlApiTest({ data: { ...data, base_url: 'ftp://example.com' } });
        assert.match(wrong.message, /^Invalid Connection/);
    }
    const [{ methods }] = types.nodes;
    const binding = fs.readFileSync(path.join(repository, 'tests', 'abi', 'two_nodes', 'text_to_video_api.json'), 'utf8');
    const ofAnother = await types.nodes[1].methods.credentialTest.pixelMlApiTest({ data: { ...data, api_binding: binding } });
    assert.deepEqual([ofAnother.status, ofAnother.message], ['OK', 'The service answers and does not refuse the API key']);
    server.apiKey = 'another';
    const refused = await methods.credentialTest.pixelMlApiTest({ data });
    server.apiKey = null;
    assert.match(refused.message, /refused the API key \(HTTP 401\)/);
});

test('a module without a manifest, whose nodes need no account or bring no file', () => {
    const example = buildPackage('example', path.join(build, 'tests', 'abi', 'example_module', 'example_module.so'));
    const { nodes, credentials } = loadTypes(example);
    assert.deepEqual(nodes.map(({ description }) => description.name), ['echo', 'slowEcho']);
    const [echo, slowEcho] = nodes.map(({ description }) => description);
    assert.equal(echo.credentials, undefined);
    assert.deepEqual(echo.properties[0].options.map(({ value }) => value), ['generate'], 'it cannot be gone on with');
    assert.deepEqual(slowEcho.credentials[0].name, 'echoServiceApi');
    assert.equal(credentials[0].name, 'echoServiceApi');
    assert.ok(!slowEcho.properties.some(({ name }) => name === 'download'));
});
