// The package: require and import, which binary is taken, and what is said when there is none.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const source = fileURLToPath(new URL('../../hosts/node/', import.meta.url));
const build = path.resolve(process.env.WORKFLOW_NODE_BUILD_DIR ?? path.join(source, '..', '..', 'build'));
const binary = [
    process.env.WORKFLOW_NODE_ADDON ?? '',
    path.join(source, 'build', 'workflow_node.node'),
    path.join(build, 'hosts', 'node', 'workflow_node.node'),
].find((place) => fs.existsSync(place));
const module = path.join(build, 'examples', 'module_c', 'example_module.so');

/** The package in a folder of its own, as installed, without a binary. */
function install(t) {
    const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'addon-')));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    const place = path.join(folder, 'node_modules', 'workflow-node-host');
    fs.mkdirSync(place, { recursive: true });
    for (const name of ['package.json', 'index.js', 'lib']) {
        fs.cpSync(path.join(source, name), path.join(place, name), { recursive: true });
    }
    return { folder, place };
}

async function run(folder, name, program, environment = {}) {
    fs.writeFileSync(path.join(folder, name), program);
    const { WORKFLOW_NODE_ADDON, ...rest } = process.env;
    const env = { ...rest, ...environment };
    const { stdout } = await promisify(execFile)(process.execPath, [name], { cwd: folder, env, timeout: 20_000 });
    return stdout.trim();
}

const places = [`prebuilds/${process.platform}-${process.arch}`, 'build'];
for (const place of places) {
    test(`the binary in ${place}, with require and import`, async (t) => {
        const { folder, place: root } = install(t);
        fs.mkdirSync(path.join(root, place), { recursive: true });
        fs.copyFileSync(binary, path.join(root, place, 'workflow_node.node'));
        const use = `console.log(load(${JSON.stringify(module)}).name, RunError.name, ModuleError.name)`;
        const required = `const { load, RunError, ModuleError } = require('workflow-node-host'); ${use}`;
        const imported = `import { load, RunError, ModuleError } from 'workflow-node-host'; ${use}`;
        assert.equal(await run(folder, 'required.cjs', required), 'example RunError ModuleError');
        assert.equal(await run(folder, 'imported.mjs', imported), 'example RunError ModuleError');
    });
}

test('a prebuilt binary comes first', async (t) => {
    const { folder, place: root } = install(t);
    fs.mkdirSync(path.join(root, places[0]), { recursive: true });
    fs.mkdirSync(path.join(root, places[1]), { recursive: true });
    fs.copyFileSync(binary, path.join(root, places[0], 'workflow_node.node'));
    fs.writeFileSync(path.join(root, places[1], 'workflow_node.node'), 'not a library');
    assert.equal(await run(folder, 'program.cjs', `console.log(typeof require('workflow-node-host').load)`), 'function');
});

test('without a binary, the error says what to run', async (t) => {
    const { folder, place } = install(t);
    const program = `try { require('workflow-node-host') } catch (error) { console.log(error.message) }`;
    const message = await run(folder, 'program.cjs', program);
    assert.match(message, /There is no addon for linux-/);
    assert.ok(message.includes(`in ${place} run: npm ci --ignore-scripts && npm run build`), message);
});

test('the binary that the environment names', async (t) => {
    const { folder } = install(t);
    const program = `console.log(typeof require('workflow-node-host').load)`;
    assert.equal(await run(folder, 'program.cjs', program, { WORKFLOW_NODE_ADDON: binary }), 'function');
});
