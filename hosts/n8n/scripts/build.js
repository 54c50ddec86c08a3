'use strict';
// Builds the package for one module: writes a class for each of its nodes and for their connection, from the module's own
// descriptors, and compiles them with lib/. So each of these facts is in one place, and lib/ knows no node.
//   node build.js [FOLDER]
//   FOLDER: where to; default: this package
//   WORKFLOW_NODE_MODULE: another module than the project's; its package needs a FOLDER of its own
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const credentials = require('./credential_source');
const nodes = require('./node_source');
const { namesOf } = require('./package_names');
const { quoted, sourceOf } = require('./source_text');

const source = path.join(__dirname, '..');
const repository = path.join(source, '..', '..');
const target = path.resolve(process.argv[2] ?? source);

function write(name, text) {
    const file = path.join(target, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
}

const writeJson = (name, value) => write(name, `${JSON.stringify(value, null, 2)}\n`);

function prepareTarget() {
    if (target !== source) {
        for (const name of ['package.json', 'tsconfig.json', 'lib']) {
            fs.cpSync(path.join(source, name), path.join(target, name), { recursive: true });
        }
        fs.rmSync(path.join(target, 'node_modules'), { force: true }); // of an earlier build
        fs.symlinkSync(path.join(source, 'node_modules'), path.join(target, 'node_modules'));
    }
    for (const name of ['dist', 'nodes', 'credentials']) {
        fs.rmSync(path.join(target, name), { recursive: true, force: true });
    }
    fs.copyFileSync(path.join(repository, 'LICENSE'), path.join(target, 'LICENSE'));
}

/** The API behind connections of the category, if this repository describes it: the boundary does not. */
function bindingOf(category) {
    const file = path.join(repository, 'schemas', `${category}_api.json`);
    return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : null;
}

/** {names: of the package, plans: of the nodes, credential: null when none needs one}. */
function readModule() {
    const native = path.join(target, 'dist', 'native');
    const { bundledModules } = require(path.join(native, 'durable', 'bundled_modules'));
    const [file] = bundledModules(path.join(native, 'modules'));
    const module = require(path.join(native, 'addon')).load(file);
    const connected = module.nodes.find((node) => node.connection);
    const credential = connected ? credentials.credentialOf(connected, bindingOf(connected.connection.category)) : null;
    const takesFiles = module.abi.minor >= 1;
    const plans = module.nodes.map((descriptor) => nodes.planOf(descriptor, credential, takesFiles));
    return { names: namesOf(module), plans, credential };
}

function writeNode(plan, packageName) {
    const { className, typeName, descriptor } = plan;
    const folder = path.join('nodes', className);
    write(path.join(folder, `${className}.node.ts`), nodes.classOf(plan));
    writeJson(path.join('dist', folder, `${className}.node.json`), nodes.codexOf(plan, packageName));
    if (descriptor.iconSvg !== '') {
        write(path.join('dist', folder, `${typeName}.svg`), descriptor.iconSvg);
    }
}

function writeCredential(credential, plans, documentationUrl) {
    const { className, typeName } = plans.find((plan) => plan.credential && plan.descriptor.iconSvg !== '') ?? {};
    const icon = className ? `../nodes/${className}/${typeName}.svg` : null;
    write(`credentials/${credential.className}.credentials.ts`, credentials.classOf(credential, { documentationUrl, icon }));
}

function writeFacts({ names, plans, credential }) {
    const ofNodes = plans.map((plan) => [plan.descriptor.actionId, nodes.factsOf(plan)]);
    write('nodes/facts.ts', `// Written by scripts/build.js from the module's descriptors.
import type { ConnectionFacts, NodeFacts } from '../lib/node_facts';

/** The folder of the runs, and what is in front of their keys in Redis. */
export const storeName = ${quoted(names.storeName)};

/** By action id. */
export const nodeFacts: Record<string, NodeFacts> = ${sourceOf(Object.fromEntries(ofNodes))};

export const connectionFacts: ConnectionFacts | null = ${sourceOf(credential && credentials.factsOf(credential))};
`);
}

/** The package's name, and what n8n is to load. */
function updatePackage(description, { names, plans, credential }) {
    const types = plans.map(({ className }) => `dist/nodes/${className}/${className}.node.js`);
    const n8n = {
        ...description.n8n,
        credentials: credential ? [`dist/credentials/${credential.className}.credentials.js`] : [],
        nodes: types,
    };
    const { build: _build, prepack: _prepack, ...scripts } = description.scripts ?? {};
    // A package in a folder of its own is built already, and has no scripts to build it again.
    const built = target === source ? {} : { scripts };
    writeJson('package.json', { ...description, ...built, name: names.packageName, main: types[0], n8n });
}

function build() {
    if (process.env.WORKFLOW_NODE_MODULE && target === source) {
        throw new Error('This folder has the package of the module of the project: name a FOLDER for that of WORKFLOW_NODE_MODULE.');
    }
    prepareTarget();
    const run = (program, ...args) => execFileSync(process.execPath, [program, ...args], { stdio: ['ignore', 2, 2] });
    run(path.join(source, '..', 'node', 'assemble.js'), path.join(target, 'dist', 'native'));
    const description = JSON.parse(fs.readFileSync(path.join(target, 'package.json'), 'utf8'));
    const read = readModule();
    const { names, plans, credential } = read;
    plans.forEach((plan) => writeNode(plan, names.packageName));
    if (credential) {
        writeCredential(credential, plans, description.homepage);
    }
    writeFacts(read);
    updatePackage(description, read);
    run(require.resolve('typescript/bin/tsc'), '--project', target);
}

build();
