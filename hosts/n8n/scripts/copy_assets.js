'use strict';
// Puts beside the compiled files what the compiler does not copy.
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
for (const name of ['ImageToVideo.node.json']) {
    fs.copyFileSync(path.join(root, 'nodes', 'ImageToVideo', name), path.join(root, 'dist', 'nodes', 'ImageToVideo', name));
}
