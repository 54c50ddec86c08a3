'use strict';
// Which nodes there are: loads the modules and gathers their descriptors, and the forms that follow from these.
const { connectionFieldsOf, formOf } = require('../native/durable/node_form');
const { errorFieldsIn, inLanguage } = require('../native/durable/translation');
const { colourOf } = require('./appearance');

class Catalogue {
    #language;

    /** `language`: that of Node-RED's runtime, as in settings.lang. */
    constructor(language = 'en-US') {
        this.#language = language;
        this.nodes = new Map(); // by the type's name in flows, which is the action id
        this.connections = new Map(); // by category
    }

    /** Adds the nodes of the module at `file`. `addon` is the package that loads modules. */
    add(addon, file) {
        const module = addon.load(file);
        for (const descriptor of module.nodes) {
            const type = descriptor.actionId;
            if (this.nodes.has(type)) {
                throw new Error(
                    `Both ${this.nodes.get(type).module.name} and ${module.name} have a node ${type}. Load only one of them.`,
                );
            }
            this.nodes.set(type, this.#describe(module, descriptor));
        }
    }

    #describe(module, english) {
        const descriptor = inLanguage(english, this.#language);
        const connection = descriptor.connection && this.#connection(module, descriptor);
        return {
            type: descriptor.actionId,
            module,
            descriptor,
            errorFields: (fields) => errorFieldsIn(fields, english, descriptor),
            form: formOf(descriptor, 'input_'),
            colour: colourOf(descriptor.iconSvg),
            connection,
        };
    }

    /** Connections of one category are interchangeable, so one configuration node serves all of them. */
    #connection(module, descriptor) {
        const { category, name, description, required } = descriptor.connection;
        if (!this.connections.has(category)) {
            this.connections.set(category, {
                type: `${category}-connection`,
                category,
                name,
                description,
                fields: connectionFieldsOf(descriptor, 'connection_'),
                module,
                descriptor,
            });
        }
        return { required, ...this.connections.get(category) };
    }
}

module.exports = { Catalogue };
