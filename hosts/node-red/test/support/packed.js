'use strict';
// npm without the network, and the package as it packs it.
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { packageDirectory } = require('./places');

const npm = (args, cwd) =>
    execFileSync('npm', [...args, '--offline', '--no-audit', '--no-fund'], {
        cwd, encoding: 'utf8', timeout: 120000, stdio: ['ignore', 'pipe', 'pipe'],
    });

/** Into the folder; {file, names: of what is in it, version}. */
function pack(folder) {
    const [packed] = JSON.parse(npm(['pack', '--json', '--pack-destination', folder], packageDirectory));
    return { file: path.join(folder, packed.filename), names: packed.files.map((file) => file.path), version: packed.version };
}

module.exports = { npm, pack };
