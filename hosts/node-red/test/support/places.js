'use strict';
// Where the things under test are.
const path = require('node:path');

const packageDirectory = path.join(__dirname, '..', '..');
const repository = path.join(packageDirectory, '..', '..');
const build = path.resolve(process.env.WORKFLOW_NODE_BUILD_DIR ?? path.join(repository, 'build'));

module.exports = {
    packageDirectory,
    repository,
    artefacts: path.join(packageDirectory, 'test-artefacts'),
    photo: path.join(repository, 'sandbox', 'example', 'coffee.jpg'),
    sandboxProgram: path.join(build, 'sandbox', 'pixelml-sandbox'),
    exampleModule: path.join(build, 'examples', 'module_c', 'example_module.so'),
};
