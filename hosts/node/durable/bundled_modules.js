'use strict';
// The modules that came with a package: each has a folder, with a manifest or without.
const fs = require('node:fs');
const path = require('node:path');

const { readManifest } = require('./manifest');

const platform = `${process.platform}-${{ x64: 'x86_64', arm64: 'aarch64' }[process.arch] ?? process.arch}`;

function moduleIn(directory) {
    const manifest = readManifest(directory);
    if (manifest === null) {
        return path.join(directory, fs.readdirSync(directory).find((name) => name.endsWith('.so')));
    }
    const { name, files } = manifest.module;
    if (!files[platform]) {
        throw new Error(`The module ${name} is not built for ${platform}, only for ${Object.keys(files).join(', ')}.`);
    }
    return path.join(directory, files[platform]);
}

function bundledModules(modules) {
    if (!fs.existsSync(modules)) {
        return [];
    }
    return fs.readdirSync(modules).map((name) => moduleIn(path.join(modules, name)));
}

module.exports = { bundledModules };
