'use strict';
// From a node's schemas to the fields of a form: one for each input, in the platform's order. The same fields tell the
// runtime how to read a configured value. Nothing here knows a particular node.
const { labeller } = require('./labels');

/** A property of a saved flow for an input; the prefix keeps it apart from the host's own (id, type, name, z…). */
function propertyName(prefix, name) {
    return prefix + name.replace(/[^A-Za-z0-9]/g, (c) => (c === '_' ? '_' : `_${c.codePointAt(0).toString(16)}_`));
}

/** The schema without the branch that allows null, and whether there was one. */
function withoutNull(schema) {
    const branches = schema.anyOf ?? schema.oneOf;
    if (branches) {
        const others = branches.filter((branch) => branch.type !== 'null');
        if (others.length === 1 && others.length < branches.length) {
            return { schema: others[0], nullable: true };
        }
        return { schema, nullable: others.length < branches.length };
    }
    if (Array.isArray(schema.type) && schema.type.includes('null')) {
        const types = schema.type.filter((type) => type !== 'null');
        return { schema: { ...schema, type: types.length === 1 ? types[0] : types }, nullable: true };
    }
    return { schema, nullable: false };
}

const kindOfControl = { long_text: 'longText', media_url: 'media' }; // by the control's type

/** {value, title} of each value that the schema lists, in an enum or, each with its title, in a oneOf; null: it lists none. */
function choicesIn(schema) {
    const named = (schema.oneOf ?? [schema]).filter((branch) => branch.const !== undefined);
    const listed = schema.enum ?? named.map((branch) => branch.const);
    const choices = listed
        .map((value, i) => ({ value, title: named[i]?.title ?? String(value) }))
        .filter(({ value }) => value !== null);
    return choices.length > 0 ? choices : null;
}

function kindOf(schema, control) {
    if (choicesIn(schema)) {
        return 'choice';
    }
    switch (schema.type) {
        case 'boolean':
            return 'boolean';
        case 'integer':
        case 'number':
            return 'number';
        case 'string':
            if (kindOfControl[control.type]) {
                return kindOfControl[control.type];
            }
            return schema.format === 'uri' ? 'media' : 'text';
        default:
            return 'json';
    }
}

/** {name, values} of the field that a field depends on, or null. JSON Schema has no word for it. */
function onlyFor(control, properties) {
    const [[name, value] = []] = Object.entries(control.only_for ?? {});
    return name in properties ? { name, values: [value].flat() } : null;
}

/**
 * The fields of an object's schema. `controls`: what the module says of each, as in ui_json of node.h. A field without
 * an order stands behind the one before it.
 */
function fieldsOf(schema, { prefix, controls = {} }) {
    const properties = schema.properties ?? {};
    const required = new Set(schema.required ?? []);
    const inWords = labeller(Object.fromEntries(Object.entries(properties).map(([name, { title }]) => [name, title ?? name])));
    let order = 0;
    const fields = Object.entries(properties).map(([name, property]) => {
        const control = controls[name] ?? {};
        order = control.order ?? order;
        const { schema: inner, nullable } = withoutNull(property);
        const help = control.help ?? property.description;
        const choices = choicesIn(inner);
        return {
            name,
            property: propertyName(property.writeOnly === true ? '' : prefix, name), // a credential keeps its name
            label: property.title ?? name,
            help: help && help !== (property.title ?? name) ? inWords(help) : null,
            kind: kindOf(inner, control),
            required: required.has(name),
            nullable: nullable || property.default === null,
            choices: choices?.map(({ value }) => value),
            choiceTitles: choices?.map(({ title }) => title),
            default: property.default,
            integer: inner.type === 'integer',
            minimum: inner.minimum,
            maximum: inner.maximum,
            secret: property.writeOnly === true,
            mediaType: control.media_type,
            onlyFor: onlyFor(control, properties),
            requiredIfUsed: control.required === true,
            order,
        };
    });
    return fields.sort((a, b) => a.order - b.order);
}

const mediaKinds = ['video', 'audio', 'image'];

const kindIn = (text) => mediaKinds.find((kind) => text?.toLowerCase().includes(kind));

/** {name, kind, certainty}, or null: the schema does not say that the output is the URL of a file. */
function mediaOutput(name, property, control) {
    const { schema } = withoutNull(property);
    const { contentMediaType, contentEncoding } = schema;
    const isUrl = schema.format === 'uri' || control.type === 'media_url';
    const isContent = contentEncoding !== undefined || (!isUrl && contentMediaType?.startsWith('text/'));
    if (schema.type !== 'string' || isContent) {
        return null;
    }
    const byType = kindIn(contentMediaType ?? control.media_type);
    const byWords = [name, property.title, property.description].map(kindIn);
    const kind = byType ?? byWords.find((one) => one !== undefined) ?? (isUrl ? 'file' : null);
    // A sign counts for more than all that follow it.
    const certainty = [byType, isUrl, ...byWords].reduce((sum, sign) => 2 * sum + (sign ? 1 : 0), 0);
    return kind && { name, kind, certainty };
}

/** The outputs that are the URL of a file: {name, kind}, the surest first. `controls`: as for fieldsOf. */
function mediaOutputs(outputSchema, controls = {}) {
    return Object.entries(outputSchema.properties ?? {})
        .map(([name, property]) => mediaOutput(name, property, controls[name] ?? {}))
        .filter((output) => output !== null)
        .sort((one, other) => other.certainty - one.certainty)
        .map(({ name, kind }) => ({ name, kind }));
}

/** An input that the schema accepts, so that what is left to complain about is the connection. */
function exampleInput(fields, examples = []) {
    const valueOf = ({ kind, choices, minimum }) =>
        choices?.[0] ?? { boolean: true, number: minimum ?? 1, json: {} }[kind] ?? 'https://example.com/example';
    const required = fields.filter((field) => field.required).map((field) => [field.name, valueOf(field)]);
    return examples[0]?.input ?? Object.fromEntries(required);
}

module.exports = { exampleInput, fieldsOf, mediaOutputs };
