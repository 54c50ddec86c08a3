'use strict';
// Puts what is made elsewhere into a folder of a host's package, so that the packed file needs nothing else: the addon that
// loads modules, the module with its manifest, and durable/, which the packages share.
//   node assemble.js FOLDER
//   WORKFLOW_NODE_BUILD_DIR: the build to take the module from; default: build/ of the repository
//   WORKFLOW_NODE_MODULE: another module's file; its manifest, if it has one, is the manifest.json beside it
const fs = require('node:fs');
const path = require('node:path');

const repository = path.join(__dirname, '..', '..');
const build = path.resolve(process.env.WORKFLOW_NODE_BUILD_DIR ?? path.join(repository, 'build'));
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
        path.join(__dirname, addonBinary),
        path.join(__dirname, 'build', 'workflow_node.node'),
        path.join(build, 'hosts', 'node', 'workflow_node.node'),
    ];
    return places.find((place) => fs.existsSync(place)) ?? places.at(-1);
}

/** The project's module: its manifest says which files it has. */
function copyOwnModule(modules) {
    const manifestFile = path.join(repository, 'manifest.json');
    const { module } = JSON.parse(fs.readFileSync(manifestFile, 'utf8'));
    copy(manifestFile, path.join(modules, module.name, 'manifest.json'));
    for (const file of Object.values(module.files)) {
        copy(path.join(build, 'plugin', file), path.join(modules, module.name, file));
    }
}

/** The manifest beside a module, unless it is that of another module in the same folder. */
function manifestOf(file) {
    const manifestFile = path.join(path.dirname(file), 'manifest.json');
    if (!fs.existsSync(manifestFile)) {
        return null;
    }
    const { module } = JSON.parse(fs.readFileSync(manifestFile, 'utf8'));
    return Object.values(module.files).includes(path.basename(file)) ? manifestFile : null;
}

function copyModule(file, modules) {
    const folder = path.join(modules, path.basename(file, '.so'));
    copy(file, path.join(folder, path.basename(file)));
    const manifestFile = manifestOf(file);
    if (manifestFile !== null) {
        copy(manifestFile, path.join(folder, 'manifest.json'));
    }
}

function assemble(folder) {
    fs.rmSync(folder, { recursive: true, force: true });
    for (const name of ['index.js', 'index.d.ts', 'lib', 'package.json']) {
        copy(path.join(__dirname, name), path.join(folder, 'addon', name));
    }
    copy(builtAddon(), path.join(folder, 'addon', addonBinary));
    copy(path.join(__dirname, 'durable'), path.join(folder, 'durable'));
    const modules = path.join(folder, 'modules');
    if (process.env.WORKFLOW_NODE_MODULE) {
        copyModule(path.resolve(process.env.WORKFLOW_NODE_MODULE), modules);
    } else {
        copyOwnModule(modules);
    }
}

assemble(path.resolve(process.argv[2]));
