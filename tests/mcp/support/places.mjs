// Where the things under test are.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
export const tests = path.join(here, '..');
export const repository = path.join(here, '..', '..', '..');
const build = path.resolve(process.env.WORKFLOW_NODE_BUILD_DIR ?? path.join(repository, 'build'));

export const packageDirectory = path.join(repository, 'hosts', 'mcp');
export const program = path.join(packageDirectory, 'workflow-node-mcp.js');
export const exampleModule = path.join(build, 'examples', 'module_c', 'example_module.so');
export const pixelmlModule = path.join(packageDirectory, 'native', 'modules', 'linux-x64', 'pixelml_nodes.so');
export const sandboxProgram = path.join(build, 'sandbox', 'pixelml-sandbox');
export const photo = path.join(repository, 'sandbox', 'example', 'coffee.jpg');
export const artefacts = path.join(repository, 'demo', 'test-artefacts');
/** The newest of what npm has of Node.js 22, which some of the official tools need. */
export const newerNode = path.join(tests, 'node_modules', 'node-22', 'bin', 'node');

const temporary = [];
// Not with the test: its servers may end after a hook for their folder, which then fails, and the hooks behind it do not run.
process.on('exit', () => temporary.forEach((directory) => fs.rmSync(directory, { recursive: true, force: true, maxRetries: 5 })));

export function temporaryDirectory() {
    temporary.push(fs.mkdtempSync(path.join(os.tmpdir(), 'mcp-test-')));
    return temporary.at(-1);
}
