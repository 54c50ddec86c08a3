'use strict';
// Which nodes there are: loads the modules and gathers their descriptors, and the forms that follow from these.
const { connectionFieldsOf, formOf } = require('../native/durable/node_form');
const { errorFieldsIn, inLanguage } = require('../native/durable/translation');
const { colourOf } = require('./appearance');

class Catalogue {
    #language;
    #words;

    /** `language`: of what the modules say. `words`: the host's, {t, foreign}. */
    constructor(language, words) {
        this.#language = language;
        this.#words = words;
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
        const form = formOf(descriptor, 'input_');
        const fields = [...form.fields, ...(connection?.fields ?? [])];
        return {
            type: descriptor.actionId,
            module,
            descriptor,
            errorFields: (error) => this.#errorFields(error, english, descriptor, fields),
            warningsIn: (warnings) => warnings.map((warning) => this.#warning(warning, descriptor)),
            form,
            colour: colourOf(descriptor.iconSvg),
            connection,
        };
    }

    /** The message says in English what happened: where the module has the cause in another language, that comes first. */
    #errorFields(error, english, descriptor, fields) {
        const { t, foreign } = this.#words;
        const translated = errorFieldsIn(error, english, descriptor);
        if (error.cause === undefined) {
            return { ...translated, message: foreign(t('error.module'), error.message) }; // it is not of the module's table
        }
        if (translated.cause === error.cause) {
            return translated;
        }
        const isMeant = ({ name }) => (error.details ?? []).some(({ path }) => path.split('/')[1] === name);
        const labels = fields.filter(isMeant).map(({ label }) => label);
        const cause = labels.length > 0 ? `${translated.cause} (${labels.join(', ')})` : translated.cause;
        return { ...translated, message: foreign(cause, error.message) };
    }

    #warning(warning, { warnings: texts = {} }) {
        const own = texts[warning.code];
        return own === undefined ? warning : { ...warning, message: this.#words.foreign(own, warning.message) };
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
