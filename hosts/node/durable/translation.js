'use strict';
// A node's texts in the language of the host: translations_json of node.h. What a module does not translate stays English.

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const membersOf = (value) => (isObject(value) ? value : {});

/** The texts of `texts` under the names that `names` gives them, those that are there. */
function textsOf(texts, names) {
    const known = Object.entries(names).filter(([name]) => typeof membersOf(texts)[name] === 'string');
    return Object.fromEntries(known.map(([name, target]) => [target, texts[name]]));
}

const mapMembers = (object, change) => Object.fromEntries(Object.entries(object ?? {}).map(([name, value]) => [name, change(value, name)]));

function schemaIn(schema, texts, names) {
    const property = (value, name) => ({ ...value, ...textsOf(membersOf(texts)[name], names) });
    return schema.properties ? { ...schema, properties: mapMembers(schema.properties, property) } : schema;
}

function helpIn(help, texts) {
    const { notes } = membersOf(texts);
    return { ...help, ...textsOf(texts, { how_it_works: 'how_it_works' }), ...(Array.isArray(notes) ? { notes } : {}) };
}

/** The help of an input stands in ui_json, that of a connection's property in its schema; either may have the other. */
function controlsIn(controls, texts) {
    return mapMembers(controls, (control, name) => (control.help ? { ...control, ...textsOf(membersOf(texts)[name], { help: 'help' }) } : control));
}

const inSchema = { title: 'title', help: 'description' };

function errorIn(error, texts) {
    return { ...error, ...textsOf(membersOf(texts)[error.code], { type: 'type', cause: 'cause', solution: 'solution' }) };
}

function connectionIn(connection, texts) {
    const own = textsOf(texts, { connection_name: 'name', connection_description: 'description' });
    return { ...connection, ...own, schema: schemaIn(connection.schema, texts.connection, inSchema) };
}

const textsByCode = (texts) => Object.fromEntries(Object.entries(membersOf(texts)).filter(([, text]) => typeof text === 'string'));

/** What the module has for `language`, "de" or "de-AT"; null: nothing. */
function translationFor({ translations }, language) {
    const tags = [language, language.split('-')[0]];
    return tags.map((tag) => membersOf(translations)[tag]).find(isObject) ?? null;
}

/** The descriptor with its texts in `language`, and what the module's warnings say, by code. */
function inLanguage(descriptor, language) {
    const texts = translationFor(descriptor, language);
    if (texts === null) {
        return descriptor;
    }
    const { connection, ui, errors } = descriptor;
    return {
        ...descriptor,
        ...textsOf(texts, { title: 'title', description: 'description' }),
        inputSchema: schemaIn(descriptor.inputSchema, texts.inputs, inSchema),
        outputSchema: schemaIn(descriptor.outputSchema, texts.outputs, inSchema),
        connection: connection && connectionIn(connection, texts),
        ui: {
            ...ui,
            inputs: controlsIn(ui.inputs, texts.inputs),
            connection: controlsIn(ui.connection, texts.connection),
            help: helpIn(ui.help, texts.help),
        },
        errors: errors.map((error) => errorIn(error, texts.errors)),
        warnings: textsByCode(texts.warnings),
    };
}

/**
 * The fields of a run's error with the texts of `translated`, which inLanguage() made of `descriptor`. A text that is not the
 * table's stays as it is, and so does the message.
 */
function errorFieldsIn(fields, descriptor, translated) {
    const codeOf = (errors) => errors.find(({ code }) => code === fields.code) ?? {};
    const [known, texts] = [codeOf(descriptor.errors), codeOf(translated.errors)];
    const changed = ['type', 'cause', 'solution'].filter((name) => known[name] !== undefined && fields[name] === known[name]);
    return { ...fields, ...Object.fromEntries(changed.map((name) => [name, texts[name]])) };
}

module.exports = { errorFieldsIn, inLanguage };
