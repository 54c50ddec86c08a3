// n8n's own installer of community packages, on a main and a worker: in, to another version, and out. And npm's, by hand.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import installFlags from '../support/n8n_install_flags.js';
import { descriptionIn, repack } from '../support/packed_package.js';
import { until } from '../support/waiting.js';

import { NpmOfN8n } from './support/npm_of_n8n.mjs';
import { packedPackage, temporaryDirectory } from './support/places.mjs';
import { Scenario } from './support/scenario.mjs';
import { nodeType, photos } from './support/workflows.mjs';

const newer = '99.0.0';
const packageName = 'n8n-nodes-image-to-video';
const placeIn = (folder) => path.join(folder, '.n8n', 'nodes', 'node_modules', packageName);
const versionIn = (folder) => JSON.parse(fs.readFileSync(path.join(placeIn(folder), 'package.json'), 'utf8')).version;

function packedTwice(t) {
    const folder = temporaryDirectory();
    t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
    const file = path.join(folder, path.basename(packedPackage()));
    fs.copyFileSync(packedPackage(), file);
    return [file, repack(file, { version: newer })];
}

// A worker of n8n 1 gets the files of another version, but does not load it before it is started again.
for (const [major, updates] of [
    [1, /Failed to install community package/],
    [2, /Community package installed/],
]) {
    test(`n8n ${major}`, { timeout: 300_000 }, async (t) => {
        const npm = await new NpmOfN8n().start();
        t.after(() => npm.end());
        const [file, newerFile] = packedTwice(t);
        npm.registry.publish(file);
        const options = { major, environment: npm.environment, install: () => {} };
        const { version } = descriptionIn(file);
        const install = (started) => started.rest('POST', '/community-packages', { name: packageName, version });
        const scenario = await Scenario.start(options, 1, install);
        t.after(() => scenario.end());
        const { n8n, server } = scenario;
        server.renderMs = () => 300;
        const [worker] = n8n.workers;
        const run = async (text) => {
            const execution = await n8n.finished(await n8n.trigger('generate', { items: photos(text, 2) }));
            scenario.assertVideos(execution, text, 2);
        };

        assert.deepEqual(npm.calls('install')[0].filter((flag) => !flag.startsWith('--registry=')), installFlags);
        await worker.says(/Community package installed: n8n-nodes-image-to-video/, 'the package on the worker');
        const [installed] = await n8n.rest('GET', '/community-packages');
        assert.equal(installed.installedVersion, version);
        await scenario.addWorkflow('generate');
        await run('installed:');

        server.renderMs = ({ prompt }) => (prompt.startsWith('amid the update') ? Infinity : 300);
        const amid = await n8n.trigger('generate', { items: photos('amid the update:', 1) });
        await until('its job', () => server.recordedJobsOf('amid the update:').length === 1);
        npm.registry.publish(newerFile);
        const before = worker.output.length;
        const { installedVersion } = await n8n.rest('PATCH', '/community-packages', { name: packageName, version: newer });
        assert.equal(installedVersion, newer);
        await until(`the worker ${updates}`, () => updates.test(worker.output.slice(before)));
        assert.equal(versionIn(path.join(n8n.directory, 'worker-1')), newer);
        await run('updated:');
        server.jobsOf('amid the update:')[0].doneAt = performance.now();
        scenario.assertVideos(await n8n.finished(amid), 'amid the update:', 1);

        await n8n.rest('DELETE', `/community-packages?name=${packageName}`);
        assert.deepEqual(await n8n.rest('GET', '/community-packages'), []);
        await worker.says(/Community package uninstalled: n8n-nodes-image-to-video/, 'the removal on the worker');
        const types = await (await n8n.fetch('/types/nodes.json')).json();
        assert.deepEqual(types.filter(({ name }) => name === nodeType), []);
        assert.ok(!fs.existsSync(placeIn(n8n.directory)));
        for (const process of [n8n.main, worker]) {
            assert.ok(!process.over, process.output.slice(-3000));
        }
    });
}

/** As the README says, but for that the folder is copied after, as into a container; asks no registry. */
function installByHand(t, userFolder) {
    const folder = temporaryDirectory();
    t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
    execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', packedPackage()], { cwd: folder, stdio: 'pipe' });
    fs.cpSync(folder, path.join(userFolder, '.n8n', 'nodes'), { recursive: true });
}

for (const major of [1, 2]) {
    test(`by hand, in n8n ${major}: not in the list, never installed again, loaded unless that is prevented`, { timeout: 300_000 }, async (t) => {
        const npm = await new NpmOfN8n().start();
        t.after(() => npm.end());
        const environment = { ...npm.environment, N8N_REINSTALL_MISSING_PACKAGES: 'true' };
        const options = { major, queue: false, environment, install: (userFolder) => installByHand(t, userFolder) };
        const scenario = await Scenario.start(options);
        t.after(() => scenario.end());
        const { n8n, server } = scenario;
        server.renderMs = () => 300;
        await scenario.addWorkflow('generate');
        const run = async (text) => {
            const execution = await n8n.finished(await n8n.trigger('generate', { items: photos(text, 1) }));
            scenario.assertVideos(execution, text, 1);
        };
        const restart = async (settings) => {
            await n8n.main.end();
            n8n.given = { ...environment, ...settings };
            await n8n.startMain();
        };
        await run('by hand:');
        assert.deepEqual(await n8n.rest('GET', '/community-packages'), []);
        assert.deepEqual(npm.calls('install'), []);
        await restart({ N8N_COMMUNITY_PACKAGES_ENABLED: 'false' });
        await run('without the list:');
        await restart({ N8N_COMMUNITY_PACKAGES_PREVENT_LOADING: 'true' });
        await assert.rejects(run('not loaded:'), /Unrecognized node type/);
    });
}
