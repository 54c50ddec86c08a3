'use strict';
// Puts what is made elsewhere into a folder of a host's package, so that the packed file needs nothing else: the addon that
// loads modules, the module with its manifest, and what the packages share.
//   node assemble_native.js FOLDER
//   WORKFLOW_NODE_BUILD_DIR: the build to take the module from; default: build/ of the repository
const fs = require('node:fs');
const path = require('node:path');

const repository = path.join(__dirname, '..');
const build = path.resolve(process.env.WORKFLOW_NODE_BUILD_DIR ?? path.join(repository, 'build'));
const addonSource = path.join(__dirname, 'node');
const addonBinary = path.join('prebuilds', `${process.platform}-${process.arch}`, 'workflow_node.node');

function copy(from, to) {
    if (!fs.existsSync(from)) {
        throw new Error(`There is no ${from}. Build the project first, as its README says.`);
    }
    fs.cpSync(from, to, { recursive: true });
}

function builtAddon() {
    const places = [
        ...(process.env.WORKFLOW_NODE_ADDON ? [path.resolve(process.env.WORKFLOW_NODE_ADDON)] : []),
        path.join(addonSource, addonBinary),
        path.join(addonSource, 'build', 'workflow_node.node'),
        path.join(build, 'hosts', 'node', 'workflow_node.node'),
    ];
    return places.find((place) => fs.existsSync(place)) ?? places.at(-1);
}

function assemble(folder) {
    fs.rmSync(folder, { recursive: true, force: true });
    for (const name of ['index.js', 'index.d.ts', 'lib', 'package.json']) {
        copy(path.join(addonSource, name), path.join(folder, 'addon', name));
    }
    copy(builtAddon(), path.join(folder, 'addon', addonBinary));

    for (const name of ['durable_file', 'given_input', 'service_request']) {
        for (const ending of ['.js', '.d.ts']) {
            copy(path.join(__dirname, name + ending), path.join(folder, name + ending));
        }
    }

    const manifest = JSON.parse(fs.readFileSync(path.join(repository, 'manifest.json'), 'utf8'));
    const modules = path.join(folder, 'modules', manifest.module.name);
    copy(path.join(repository, 'manifest.json'), path.join(modules, 'manifest.json'));
    for (const file of Object.values(manifest.module.files)) {
        copy(path.join(build, 'plugin', file), path.join(modules, file));
    }
}

assemble(path.resolve(process.argv[2]));
