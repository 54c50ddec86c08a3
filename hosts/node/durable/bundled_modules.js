'use strict';
// The modules that came with a package, in a folder for each platform.
const fs = require('node:fs');
const path = require('node:path');

const { folderForThisPlatform } = require('../addon/lib/platform.js');

function bundledModules(modules) {
    if (!fs.existsSync(modules)) {
        return [];
    }
    const folder = folderForThisPlatform(modules);
    return fs.readdirSync(folder).map((name) => path.join(folder, name));
}

module.exports = { bundledModules };
