'use strict';
// A package as npm packs it, and the same with another description.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

/** Its package.json. */
function descriptionIn(file) {
    return JSON.parse(execFileSync('tar', ['-xzOf', file, 'package/package.json'], { encoding: 'utf8' }));
}

/** Beside the packed file, one with `change` in its package.json, and named by its version; returns its path. */
function repack(file, change) {
    const unpacked = fs.mkdtempSync(`${file}-`);
    execFileSync('tar', ['-xzf', file, '-C', unpacked]);
    const changed = { ...descriptionIn(file), ...change };
    fs.writeFileSync(path.join(unpacked, 'package', 'package.json'), JSON.stringify(changed, null, 2));
    const repacked = path.join(path.dirname(file), `${changed.name}-${changed.version}.tgz`);
    execFileSync('tar', ['-czf', repacked, '-C', unpacked, 'package']);
    fs.rmSync(unpacked, { recursive: true });
    return repacked;
}

module.exports = { descriptionIn, repack };
