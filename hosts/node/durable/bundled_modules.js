'use strict';
// The modules that came with a package, in a folder for each platform.
const fs = require('node:fs');
const path = require('node:path');

const platform = `${process.platform}-${process.arch}`;

function bundledModules(modules) {
    if (!fs.existsSync(modules)) {
        return [];
    }
    const folder = path.join(modules, platform);
    if (!fs.existsSync(folder)) {
        throw new Error(`The modules in ${modules} are built for ${fs.readdirSync(modules).join(', ')}, not for ${platform}.`);
    }
    return fs.readdirSync(folder).map((name) => path.join(folder, name));
}

module.exports = { bundledModules };
