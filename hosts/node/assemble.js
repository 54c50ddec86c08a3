'use strict';
// Puts what is made elsewhere into a folder of a host's package, so that the packed file needs nothing else: the addon that
// loads modules, the module, and durable/, which the packages share.
//   node assemble.js FOLDER
//   WORKFLOW_NODE_BUILD_DIR: the build to take the module from; default: build/ of the repository
//   WORKFLOW_NODE_MODULE: another module's file
const fs = require('node:fs');
const path = require('node:path');

const repository = path.join(__dirname, '..', '..');
const build = path.resolve(process.env.WORKFLOW_NODE_BUILD_DIR ?? path.join(repository, 'build'));
const moduleFile = path.resolve(process.env.WORKFLOW_NODE_MODULE || path.join(build, 'plugin', 'pixelml_nodes.so'));
const platform = `${process.platform}-${process.arch}`;
const addonBinary = path.join('prebuilds', platform, 'workflow_node.node');

function copy(from, to) {
    if (!fs.existsSync(from)) {
        throw new Error(`There is no ${from}. Build the project first, as its README says.`);
    }
    fs.cpSync(from, to, { recursive: true });
}

function builtAddon() {
    const places = [
        ...(process.env.WORKFLOW_NODE_ADDON ? [path.resolve(process.env.WORKFLOW_NODE_ADDON)] : []),
        path.join(__dirname, addonBinary),
        path.join(__dirname, 'build', 'workflow_node.node'),
        path.join(build, 'hosts', 'node', 'workflow_node.node'),
    ];
    return places.find((place) => fs.existsSync(place)) ?? places.at(-1);
}

function assemble(folder) {
    fs.rmSync(folder, { recursive: true, force: true });
    for (const name of ['index.js', 'index.d.ts', 'lib', 'package.json']) {
        copy(path.join(__dirname, name), path.join(folder, 'addon', name));
    }
    copy(builtAddon(), path.join(folder, 'addon', addonBinary));
    copy(path.join(__dirname, 'durable'), path.join(folder, 'durable'));
    copy(moduleFile, path.join(folder, 'modules', platform, path.basename(moduleFile)));
}

assemble(path.resolve(process.argv[2]));
