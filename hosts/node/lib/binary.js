'use strict';
// Finds the compiled addon. One binary serves every version of Node.js that the package supports.

const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const name = 'workflow_node.node';

function candidates() {
    if (process.env.WORKFLOW_NODE_ADDON) {
        return [path.resolve(process.env.WORKFLOW_NODE_ADDON)];
    }
    return [
        path.join(root, 'prebuilds', `${process.platform}-${process.arch}`, name),
        path.join(root, 'build', name), // npm run build
        path.join(root, '..', '..', 'build', 'hosts', 'node', name), // the project's own build
    ];
}

function loadBinary() {
    const places = candidates();
    const found = places.find((place) => fs.existsSync(place));
    if (found === undefined) {
        throw new Error(
            `There is no addon for ${process.platform}-${process.arch}: looked for ${places.join(', ')}. ` +
                `To build it (needs CMake and a C compiler), in ${root} run: npm ci --ignore-scripts && npm run build`,
        );
    }
    return require(found);
}

module.exports = { loadBinary };
