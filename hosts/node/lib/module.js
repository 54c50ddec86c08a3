'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { native } = require('./dispatch.js');
const { ModuleError } = require('./errors.js');
const { findModule } = require('./places.js');
const { Session } = require('./session.js');

const flags = { canCancel: 1, reportsProgress: 2, canResume: 4 }; // WFN_NODE_... of node.h

const loaded = new Map(); // real path -> WeakRef: an unused module is unloaded

/** `otherwise`: what a text that the module does not have stands for. */
function parse(json, what, modulePath, otherwise) {
    if (json === null) {
        return otherwise;
    }
    try {
        return JSON.parse(json);
    } catch (error) {
        throw new ModuleError(
            'incomplete_module',
            `${modulePath}: ${what} is not JSON (${error.message}); report it to the module's maker`,
        );
    }
}

function describeNode(node, modulePath) {
    const of = (member) => `${member} of the node ${node.actionId}`;
    return Object.freeze({
        actionId: node.actionId,
        version: node.version,
        title: node.title,
        description: node.description,
        iconSvg: node.iconSvg ?? '',
        categories: parse(node.categoriesJson, of('categories_json'), modulePath, []),
        canCancel: (node.flags & flags.canCancel) !== 0,
        reportsProgress: (node.flags & flags.reportsProgress) !== 0,
        canResume: (node.flags & flags.canResume) !== 0,
        connection: node.connection && {
            required: node.connection.required,
            name: node.connection.name,
            category: node.connection.category,
            description: node.connection.description,
            schema: parse(node.connection.schemaJson, of("the connection's schema"), modulePath, {}),
        },
        inputSchema: parse(node.inputSchemaJson, of('input_schema_json'), modulePath),
        outputSchema: parse(node.outputSchemaJson, of('output_schema_json'), modulePath),
        errors: parse(node.errorsJson, of('errors_json'), modulePath, []),
        ui: parse(node.uiJson, of('ui_json'), modulePath, {}),
        examples: parse(node.examplesJson, of('examples_json'), modulePath, []),
        price: parse(node.priceJson, of('price_json'), modulePath, null),
        translations: parse(node.translationsJson, of('translations_json'), modulePath, {}),
    });
}

class Module {
    #handle;

    constructor(modulePath, descriptor) {
        this.#handle = descriptor.handle;
        this.path = modulePath;
        this.name = descriptor.name ?? path.basename(modulePath, '.so');
        this.version = descriptor.version ?? '';
        this.abi = Object.freeze({ major: descriptor.abiMajor, minor: descriptor.abiMinor });
        this.settingsSchema = parse(descriptor.settingsSchemaJson, 'settings_schema_json', modulePath, {});
        this.nodes = Object.freeze(descriptor.nodes.map((node) => describeNode(node, modulePath)));
        Object.freeze(this);
    }

    find(actionId) {
        return this.nodes.find((node) => node.actionId === actionId);
    }

    open(options = {}) {
        return Session.open(this, this.#handle, options);
    }
}

function realPath(name) {
    if (typeof name !== 'string' || name === '' || name.includes('\0')) {
        throw new TypeError('load: the path of the module must be a text');
    }
    const file = name.includes('/') ? name : findModule(name);
    try {
        return fs.realpathSync(file);
    } catch (error) {
        throw new ModuleError(
            'module_not_found',
            `There is no module at ${path.resolve(file)} (${error.code}); check the path`,
        );
    }
}

function load(name) {
    const modulePath = realPath(name);
    const before = loaded.get(modulePath)?.deref();
    if (before !== undefined) {
        return before;
    }
    let descriptor;
    try {
        descriptor = native.load(modulePath);
    } catch (error) {
        throw new ModuleError(error.code, error.message);
    }
    const module = new Module(modulePath, descriptor);
    loaded.set(modulePath, new WeakRef(module));
    return module;
}

module.exports = { load };
