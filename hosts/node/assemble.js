'use strict';
// Puts what is made elsewhere into a folder of a host's package, so that the packed file needs nothing else: the addon that
// loads modules, the module, and durable/ and media/, which the packages share.
//   node assemble.js FOLDER
//   WORKFLOW_NODE_LICENSES: a file with the terms of what is linked into them
//   WORKFLOW_NODE_NATIVE: a folder with both for each platform, as scripts/package makes it; otherwise, for this one:
//   WORKFLOW_NODE_BUILD_DIR: the build to take the module from; default: build/ of the repository
//   WORKFLOW_NODE_MODULE: another module's file
const fs = require('node:fs');
const path = require('node:path');

const { thisPlatform } = require('./lib/platform.js');

const repository = path.join(__dirname, '..', '..');
const build = path.resolve(process.env.WORKFLOW_NODE_BUILD_DIR ?? path.join(repository, 'build'));
const addonName = 'workflow_node.node';

function copy(from, to) {
    if (!fs.existsSync(from)) {
        throw new Error(`There is no ${from}. Build the project first, as its README says.`);
    }
    fs.cpSync(from, to, { recursive: true });
}

function builtAddon() {
    const places = [
        ...(process.env.WORKFLOW_NODE_ADDON ? [path.resolve(process.env.WORKFLOW_NODE_ADDON)] : []),
        path.join(__dirname, 'prebuilds', thisPlatform().name, addonName),
        path.join(__dirname, 'build', addonName),
        path.join(build, 'hosts', 'node', addonName),
    ];
    return places.find((place) => fs.existsSync(place)) ?? places.at(-1);
}

/** [{platform, files: of the addon and of the module}] */
function binaries() {
    if (!process.env.WORKFLOW_NODE_NATIVE) {
        const module = process.env.WORKFLOW_NODE_MODULE || path.join(build, 'plugin', 'pixelml_nodes.so');
        return [{ platform: thisPlatform().name, files: [builtAddon(), path.resolve(module)] }];
    }
    const native = path.resolve(process.env.WORKFLOW_NODE_NATIVE);
    return fs.readdirSync(native).map((platform) => {
        const folder = path.join(native, platform);
        return { platform, files: fs.readdirSync(folder).map((name) => path.join(folder, name)) };
    });
}

function assemble(folder) {
    fs.rmSync(folder, { recursive: true, force: true });
    for (const name of ['index.js', 'index.d.ts', 'lib', 'package.json']) {
        copy(path.join(__dirname, name), path.join(folder, 'addon', name));
    }
    for (const name of ['durable', 'media']) {
        copy(path.join(__dirname, name), path.join(folder, name));
    }
    if (process.env.WORKFLOW_NODE_LICENSES) {
        copy(path.resolve(process.env.WORKFLOW_NODE_LICENSES), path.join(folder, 'THIRD_PARTY_LICENSES'));
    }
    for (const { platform, files } of binaries()) {
        for (const file of files) {
            const place = path.basename(file) === addonName ? path.join('addon', 'prebuilds') : 'modules';
            copy(file, path.join(folder, place, platform, path.basename(file)));
        }
    }
}

assemble(path.resolve(process.argv[2]));
