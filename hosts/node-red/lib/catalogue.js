'use strict';
// Which nodes there are: loads the modules and gathers their descriptors, with the manifest beside a module where it has
// one. What a manifest adds (controls, help, examples) is an extra: a module without one works.
const fs = require('node:fs');
const path = require('node:path');
const { fieldsOf, videoOutputs } = require('./form');
const { colourOf } = require('./appearance');

const bundledModules = path.join(__dirname, '..', 'native', 'modules');
const platform = `${process.platform}-${{ x64: 'x86_64', arm64: 'aarch64' }[process.arch] ?? process.arch}`;

const readManifest = (directory) => {
  const file = path.join(directory, 'manifest.json');
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : null;
};

/** The files of the modules that come with this package. */
function bundledFiles() {
  if (!fs.existsSync(bundledModules)) return [];
  return fs.readdirSync(bundledModules).map((name) => {
    const directory = path.join(bundledModules, name);
    const files = readManifest(directory).module.files;
    if (!files[platform]) {
      throw new Error(`The module ${name} is not built for ${platform}, only for ${Object.keys(files).join(', ')}.`);
    }
    return path.join(directory, files[platform]);
  });
}

class Catalogue {
  constructor() {
    this.nodes = new Map(); // by the type's name in flows, which is the action id
    this.connections = new Map(); // by category
  }

  /** Adds the nodes of the module at `file`. `addon` is the package that loads modules. */
  add(addon, file) {
    const module = addon.load(file);
    const manifest = readManifest(path.dirname(file));
    const described = manifest?.module.name === module.name ? manifest.nodes : [];
    for (const descriptor of module.nodes) {
      const type = descriptor.actionId;
      if (this.nodes.has(type)) {
        throw new Error(
          `Both ${this.nodes.get(type).module.name} and ${module.name} have a node ${type}. Load only one of them.`,
        );
      }
      this.nodes.set(type, this.#describe(module, descriptor, described.find((node) => node.id === type)));
    }
  }

  #describe(module, descriptor, manifestNode) {
    const connection = descriptor.connection && this.#connection(module, descriptor);
    return {
      type: descriptor.actionId,
      module,
      descriptor,
      manifestNode,
      fields: fieldsOf(descriptor.inputSchema, { prefix: 'input_', controls: manifestNode?.ui_metadata }),
      videoOutputs: videoOutputs(descriptor.outputSchema),
      colour: colourOf(descriptor.iconSvg),
      connection,
    };
  }

  /** Connections of one category are interchangeable, so one configuration node serves all of them. */
  #connection(module, descriptor) {
    const { category, name, description, required, schema } = descriptor.connection;
    if (!this.connections.has(category)) {
      this.connections.set(category, {
        type: `${category}-connection`,
        category,
        name,
        description,
        fields: fieldsOf(schema, { prefix: 'connection_' }),
        module,
        descriptor,
      });
    }
    return { required, ...this.connections.get(category) };
  }
}

module.exports = { Catalogue, bundledFiles };
