'use strict';
// The palette's own installer, with the packed package: into a fresh user folder, to another version, out of it and in again.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { JobServer } = require('../../../tests/support/job_server');
const { NpmRegistry } = require('../../../tests/support/npm_registry');
const { repack } = require('../../../tests/support/packed_package');
const { until } = require('../../../tests/support/waiting');
const { Editor } = require('./support/browser');
const { Flow, connectionTo, imageToVideo } = require('./support/flows');
const { NodeRed, packageName } = require('./support/node_red');
const { pack } = require('./support/packed');

const pretendPlatform = require.resolve('../../../tests/support/pretend_platform.js');
const newer = '99.0.0';
const offline = { npm_config_offline: 'true' };
let folder;
let packed;
let newerFile;
let server;
before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'node-red-palette-'));
    packed = pack(folder);
    newerFile = repack(packed.file, { version: newer });
    server = await new JobServer({ renderMs: () => 200 }).start();
});
after(async () => {
    await server?.end();
    fs.rmSync(folder, { recursive: true, force: true });
});

async function freshNodeRed(t, options = {}) {
    const userDirectory = fs.mkdtempSync(path.join(folder, 'user-'));
    const nodeRed = await new NodeRed({ userDirectory, env: offline, ...options }).start();
    t.after(() => nodeRed.remove());
    return nodeRed;
}

const moduleOf = async (nodeRed) => (await nodeRed.request('GET', '/nodes')).filter(({ module }) => module === packageName);

const deploy = (nodeRed) => Flow.deploy(nodeRed, [connectionTo(server.url), imageToVideo()]);

async function videoOf(flow, prompt) {
    await flow.send([{ prompt, image: `${server.url}/image` }]);
    const lineOf = () => flow.lines().find(({ from, payload }) => from === 'result' && payload.video === server.videoOf(server.jobsOf(prompt)[0]));
    await until(() => `the video of ${prompt}; output:\n${flow.nodeRed.output.slice(-3000)}`, () => server.jobsOf(prompt).length === 1 && lineOf());
}

test('a file in the editor: the node is in the palette at once, and works', { timeout: 120000 }, async (t) => {
    const nodeRed = await freshNodeRed(t);
    const editor = await Editor.open(nodeRed.url);
    t.after(() => editor.close());
    await editor.uploadToPalette(packed.file);
    await editor.paletteNode('image_to_video').waitFor({ state: 'attached', timeout: 60000 });
    const [set] = await moduleOf(nodeRed);
    assert.deepEqual([set.types, set.version, set.err], [['pixelml-connection', 'image_to_video'], packed.version, undefined]);
    await videoOf(await deploy(nodeRed), 'uploaded');
    assert.deepEqual(editor.problems, []);
});

test('by its name from a registry, then the newer version; and by a URL', { timeout: 120000 }, async (t) => {
    const registry = await new NpmRegistry().start();
    t.after(() => registry.end());
    registry.publish(packed.file);
    const env = { npm_config_registry: registry.url };
    const nodeRed = await freshNodeRed(t, { env });
    await nodeRed.request('POST', '/nodes', { module: packageName });
    const flow = await deploy(nodeRed);
    await videoOf(flow, 'by its name');
    registry.publish(newerFile);
    const updated = await nodeRed.request('POST', '/nodes', { module: packageName, version: newer });
    assert.equal(updated.pending_version, newer);
    await videoOf(flow, 'after an update by its name');

    const another = await freshNodeRed(t, { env });
    await another.request('POST', '/nodes', { module: packageName, url: registry.tarballUrl({ name: packageName, version: newer }) });
    assert.equal((await moduleOf(another))[0].version, newer);
    await videoOf(await deploy(another), 'by a URL');
});

test('another version, while a run is under way: the run ends well, and the next start has that version', { timeout: 120000 }, async (t) => {
    const nodeRed = await freshNodeRed(t);
    await nodeRed.upload(packed.file);
    const flow = await deploy(nodeRed);
    server.renderMs = ({ prompt }) => (prompt === 'amid the update' ? Infinity : 200);
    const running = videoOf(flow, 'amid the update');
    await until('the job', () => server.recordedJobsOf('amid the update').length === 1);
    const updated = await nodeRed.upload(newerFile);
    assert.deepEqual([updated.version, updated.pending_version], [packed.version, newer]);
    server.jobsOf('amid the update')[0].doneAt = performance.now();
    await running;
    await videoOf(await deploy(nodeRed), 'after the update');
    assert.deepEqual(fs.readdirSync(path.join(nodeRed.userDirectory, 'nodes')), [path.basename(newerFile)]);
    await nodeRed.end();
    await nodeRed.start();
    assert.equal((await moduleOf(nodeRed))[0].version, newer);
    await videoOf(new Flow(nodeRed), 'the new version');
});

test('it is removed once no flow has it; installed again, it needs a restart, and says so', { timeout: 120000 }, async (t) => {
    const nodeRed = await freshNodeRed(t);
    await nodeRed.upload(packed.file);
    const flow = await deploy(nodeRed);
    await videoOf(flow, 'before the removal');
    await assert.rejects(nodeRed.request('DELETE', `/nodes/${packageName}`), /type_in_use/);
    await videoOf(flow, 'after a refused removal');
    assert.equal((await nodeRed.upload(packed.file)).code, 'module_already_loaded');

    await nodeRed.deploy([]);
    await nodeRed.request('DELETE', `/nodes/${packageName}`);
    assert.deepEqual(await moduleOf(nodeRed), []);
    const { dependencies } = JSON.parse(fs.readFileSync(path.join(nodeRed.userDirectory, 'package.json'), 'utf8'));
    assert.deepEqual(dependencies ?? {}, {});
    assert.ok(!fs.existsSync(path.join(nodeRed.userDirectory, 'node_modules', packageName)));

    const [{ err }] = (await nodeRed.upload(newerFile)).nodes;
    assert.match(err, /pixelml-connection already registered\. If you have removed and installed this package, restart Node-RED\./);
    await videoOf(await deploy(nodeRed), 'before the restart');
    await nodeRed.end();
    await nodeRed.start();
    const [set] = await moduleOf(nodeRed);
    assert.deepEqual([set.version, set.err], [newer, undefined]);
    await videoOf(new Flow(nodeRed), 'after the restart');
});

const pretending = (platform) => ({ NODE_OPTIONS: `--require ${pretendPlatform}`, PRETEND_PLATFORM: platform });

for (const [platform, words] of [
    ['darwin arm64', /Unsupported platform for .*: wanted .*"os":"linux".* \(current: .*"os":"darwin"/],
    ['linux arm 2.36', /Unsupported platform for .*: wanted .*"cpu":"x64,arm64".* \(current: .*"cpu":"arm"/],
]) {
    test(`on ${platform}, npm does not install it; the log says why, and Node-RED goes on`, { timeout: 120000 }, async (t) => {
        const nodeRed = await freshNodeRed(t, { env: { ...offline, ...pretending(platform) } });
        const editor = await Editor.open(nodeRed.url);
        t.after(() => editor.close());
        await editor.uploadToPalette(packed.file);
        await editor.page.locator('.red-ui-notification-error', { hasText: 'Install failed' }).waitFor({ timeout: 60000 });
        assert.match(nodeRed.output, words);
        assert.deepEqual(await moduleOf(nodeRed), []);
        await nodeRed.deploy([]);
    });
}

test('with a C library that is too old, the palette says so, and removes it', { timeout: 120000 }, async (t) => {
    const nodeRed = await freshNodeRed(t, { env: { ...offline, ...pretending('linux x64 2.17') } });
    await nodeRed.upload(packed.file);
    const editor = await Editor.open(nodeRed.url);
    t.after(() => editor.close());
    await editor.managePalette('nodes');
    const error = editor.page.locator('.red-ui-palette-module-error-list', { hasText: /needs glibc 2\.28 or newer.* has 2\.17\./ });
    await error.waitFor();
    t.diagnostic(await error.textContent());
    await nodeRed.request('DELETE', `/nodes/${packageName}`);
    assert.deepEqual(await moduleOf(nodeRed), []);
});
