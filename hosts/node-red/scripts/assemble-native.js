'use strict';
// Puts what was built elsewhere into native/, where the package looks for it: the addon that loads modules, and the module
// with its manifest. `npm pack` runs this, so the packed file needs nothing else.
//   WORKFLOW_NODE_BUILD_DIR: the build to take them from; default: build/ of the repository
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const repository = path.join(root, '..', '..');
const build = path.resolve(process.env.WORKFLOW_NODE_BUILD_DIR ?? path.join(repository, 'build'));
const native = path.join(root, 'native');
const addonSource = path.join(repository, 'hosts', 'node');
const addonBinary = path.join('prebuilds', `${process.platform}-${process.arch}`, 'workflow_node.node');

function copy(from, to) {
  if (!fs.existsSync(from)) throw new Error(`There is no ${from}. Build the project first, as its README says.`);
  fs.cpSync(from, to, { recursive: true });
}

function builtAddon() {
  const places = [
    path.join(build, 'hosts', 'node', 'workflow_node.node'),
    path.join(addonSource, 'build', 'workflow_node.node'),
    path.join(addonSource, addonBinary),
  ];
  return places.find((place) => fs.existsSync(place)) ?? places[0];
}

fs.rmSync(native, { recursive: true, force: true });
for (const name of ['index.js', 'index.d.ts', 'lib', 'package.json']) {
  copy(path.join(addonSource, name), path.join(native, 'addon', name));
}
copy(builtAddon(), path.join(native, 'addon', addonBinary));

copy(path.join(repository, 'LICENSE'), path.join(root, 'LICENSE'));

const manifest = JSON.parse(fs.readFileSync(path.join(repository, 'manifest.json'), 'utf8'));
const modules = path.join(native, 'modules', manifest.module.name);
copy(path.join(repository, 'manifest.json'), path.join(modules, 'manifest.json'));
for (const file of Object.values(manifest.module.files)) copy(path.join(build, 'plugin', file), path.join(modules, file));
