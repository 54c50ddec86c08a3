// Where the things under test are.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
export const repository = path.join(here, '..', '..', '..');
export const artefacts = path.join(repository, 'hosts', 'n8n', 'test-artefacts');
export const build = path.resolve(process.env.WORKFLOW_NODE_BUILD_DIR ?? path.join(repository, 'build'));
const packageDirectory = path.join(repository, 'hosts', 'n8n');

/** Installed by tests/n8n/install. */
export function n8nDirectory(major) {
    const directory = path.join(repository, '.cache', `n8n-${major}`);
    if (!fs.existsSync(path.join(directory, 'node_modules', 'n8n'))) {
        throw new Error(`n8n ${major} is not installed; tests/n8n/install ${major} does it`);
    }
    return directory;
}

export function temporaryDirectory() {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'n8n-test-'));
    fs.chmodSync(directory, 0o755); // PostgreSQL, which is another user, has its files in it
    return directory;
}

/** As npm packs it. */
export const packedPackage = () => process.env.WORKFLOW_NODE_N8N_PACKAGE ?? pack();

/** The packed package where n8n keeps community packages: nothing else is there. */
export function installPackage(userFolder) {
    const target = path.join(userFolder, '.n8n', 'nodes', 'node_modules', 'n8n-nodes-image-to-video');
    fs.mkdirSync(target, { recursive: true });
    execFileSync('tar', ['-xzf', packedPackage(), '-C', target, '--strip-components=1']);
    const list = { name: 'installed-nodes', private: true, dependencies: { 'n8n-nodes-image-to-video': '*' } };
    fs.writeFileSync(path.join(userFolder, '.n8n', 'nodes', 'package.json'), JSON.stringify(list));
}

let packed;
function pack() {
    if (packed === undefined) {
        const directory = temporaryDirectory();
        process.on('exit', () => fs.rmSync(directory, { recursive: true, force: true }));
        const output = execFileSync('npm', ['pack', '--pack-destination', directory, '--json'], {
            cwd: packageDirectory,
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'pipe'],
        });
        packed = path.join(directory, JSON.parse(output.slice(output.indexOf('[\n')))[0].filename);
    }
    return packed;
}
