// Which folder of a package is taken, and what is said on a machine that it has none for.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const addonFolder = path.join(here, '..', '..', 'hosts', 'node');
const pretend = path.join(here, '..', 'support', 'pretend_platform.js');
const packed = ['linux-x64', 'linux-arm64', 'linux-x64-musl', 'linux-arm64-musl'];

/** As hosts/node/assemble.js lays a package's native parts out, with other files than binaries. */
function nativeFolder(t, platforms) {
    const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'native-')));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    for (const name of ['index.js', 'lib']) {
        fs.cpSync(path.join(addonFolder, name), path.join(folder, 'addon', name), { recursive: true });
    }
    fs.cpSync(path.join(addonFolder, 'durable'), path.join(folder, 'durable'), { recursive: true });
    for (const platform of platforms) {
        for (const file of [`addon/prebuilds/${platform}/workflow_node.node`, `modules/${platform}/nodes.so`]) {
            fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
            fs.writeFileSync(path.join(folder, file), 'no library');
        }
    }
    return folder;
}

/** What the expression is, or the error's message, in a process that believes to be on the platform. */
async function there(folder, platform, expression) {
    const program = `try { console.log(${expression}) } catch (error) { console.log(error.message) }`;
    const { WORKFLOW_NODE_ADDON, ...env } = process.env;
    const { stdout } = await promisify(execFile)(process.execPath, ['--require', pretend, '--eval', program], {
        cwd: folder,
        env: { ...env, PRETEND_PLATFORM: platform },
        timeout: 20_000,
    });
    return stdout.trim();
}

const bundled = `require('./durable/bundled_modules').bundledModules(process.cwd() + '/modules').join()`;

for (const [platform, name] of [
    ['linux x64 2.36', 'linux-x64'],
    ['linux x64 2.28', 'linux-x64'],
    ['linux arm64 3.0', 'linux-arm64'],
    ['linux x64', 'linux-x64-musl'],
    ['linux arm64', 'linux-arm64-musl'],
]) {
    test(`${platform}: the files of ${name}`, async (t) => {
        const folder = nativeFolder(t, packed);
        assert.equal(await there(folder, platform, bundled), path.join(folder, 'modules', name, 'nodes.so'));
        const refused = await there(folder, platform, "require('./addon')");
        assert.ok(refused.includes(path.join('prebuilds', name, 'workflow_node.node')), refused);
    });
}

const inside = 'linux-arm64, linux-arm64-musl, linux-x64, linux-x64-musl';
for (const [platform, words] of [
    ['darwin arm64', `This package is for ${inside}, and this machine is darwin-arm64. Install it on one of those, for example in Docker.`],
    ['win32 x64', `This package is for ${inside}, and this machine is win32-x64. Install it on one of those, for example in Docker.`],
    ['linux arm 2.36', `This package is for ${inside}, and this machine is linux-arm. Install it on one of those, for example in Docker.`],
    ['linux arm', `This package is for ${inside}, and this machine is linux-arm-musl. Install it on one of those, for example in Docker.`],
    [
        'linux x64 2.17',
        'This package needs glibc 2.28 or newer, and this machine, linux-x64, has 2.17. ' +
            'Install it on a newer release of the system, for example in Docker.',
    ],
]) {
    test(`${platform}: the addon and the module say what they are for`, async (t) => {
        const folder = nativeFolder(t, packed);
        assert.equal(await there(folder, platform, "require('./addon')"), words);
        assert.equal(await there(folder, platform, bundled), words);
    });
}

test('a package of one platform, on musl', async (t) => {
    const folder = nativeFolder(t, ['linux-x64']);
    const words = 'This package is for linux-x64, and this machine is linux-x64-musl. Install it on one of those, for example in Docker.';
    assert.equal(await there(folder, 'linux x64', "require('./addon')"), words);
});
