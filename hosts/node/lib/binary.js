'use strict';
// Finds the compiled addon. One binary serves every version of Node.js that the package supports.

const fs = require('node:fs');
const path = require('node:path');

const { folderForThisPlatform, thisPlatform } = require('./platform.js');

const root = path.join(__dirname, '..');
const name = 'workflow_node.node';
const prebuilds = path.join(root, 'prebuilds');
const builds = [
    path.join(root, 'build', name), // npm run build
    path.join(root, '..', '..', 'build', 'hosts', 'node', name), // the project's own build
];

function findBinary() {
    if (process.env.WORKFLOW_NODE_ADDON) {
        return path.resolve(process.env.WORKFLOW_NODE_ADDON);
    }
    const built = builds.find((place) => fs.existsSync(place));
    const isPacked = fs.existsSync(prebuilds);
    if (isPacked && (built === undefined || fs.existsSync(path.join(prebuilds, thisPlatform().name)))) {
        return path.join(folderForThisPlatform(prebuilds), name);
    }
    if (built === undefined) {
        throw new Error(
            `There is no addon for ${thisPlatform().name}: looked for ${[prebuilds, ...builds].join(', ')}. ` +
                `To build it (needs CMake and a C++ compiler), in ${root} run: npm ci --ignore-scripts && npm run build`,
        );
    }
    return built;
}

const loadBinary = () => require(findBinary());

module.exports = { loadBinary };
