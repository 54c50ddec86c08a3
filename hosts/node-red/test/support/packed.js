'use strict';
// The package as npm packs it, and the same as another version of it.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
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

/** Beside the packed file, one that differs in what `change` does to its package.json; returns its path. */
function repack(file, name, change) {
    const unpacked = fs.mkdtempSync(`${file}-`);
    execFileSync('tar', ['-xzf', file, '-C', unpacked]);
    const description = path.join(unpacked, 'package', 'package.json');
    const changed = { ...JSON.parse(fs.readFileSync(description, 'utf8')), ...change };
    fs.writeFileSync(description, JSON.stringify(changed, null, 2));
    const repacked = path.join(path.dirname(file), name);
    execFileSync('tar', ['-czf', repacked, '-C', unpacked, 'package']);
    return repacked;
}

module.exports = { npm, pack, repack };
