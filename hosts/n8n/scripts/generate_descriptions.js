'use strict';
// Writes the fields of the node and of its credential from the module's own schemas, and the icon from its descriptor, so that
// each of these facts stands in one place.
const fs = require('node:fs');
const path = require('node:path');

const { fieldsOf } = require('../../node-red/lib/form.js');

const root = path.join(__dirname, '..');
const native = path.join(root, 'dist', 'native');
const { load } = require(path.join(native, 'addon'));

const modules = path.join(native, 'modules', 'pixelml_nodes');
const manifest = JSON.parse(fs.readFileSync(path.join(modules, 'manifest.json'), 'utf8'));
const node = load(path.join(modules, 'pixelml_nodes.so')).find('image_to_video');
const controls = manifest.nodes.find(({ id }) => id === node.actionId).ui_metadata;

const smallWords = new Set(['a', 'an', 'and', 'for', 'in', 'is', 'of', 'on', 'or', 'the', 'to', 'by', 'per', 'first']);

/** As n8n writes labels: every word but the small ones begins with a capital. */
function titled(label) {
    return label
        .split(' ')
        .map((word, index) => (index > 0 && smallWords.has(word) && word !== 'first' && word !== 'is' ? word : word[0].toUpperCase() + word.slice(1)))
        .join(' ');
}

/** As n8n writes descriptions: one sentence has no full stop, a boolean says "Whether …". */
function described(field) {
    let text = field.help ?? '';
    if (field.kind === 'boolean' && text !== '' && !text.startsWith('Whether')) {
        text = `Whether to ${text[0].toLowerCase()}${text.slice(1)}`;
    }
    const sentences = text.split(/[.!?] /).length;
    if (sentences === 1) {
        text = text.replace(/\.$/, '');
    } else if (!/[.!?]$/.test(text)) {
        text += '.';
    }
    return text;
}

const typeOf = { choice: 'options', boolean: 'boolean', number: 'number', json: 'json' };

function optionsOf(choices) {
    return [...choices].sort().map((value) => ({ name: value, value }));
}

/** A yes or no that may also be left to the module. */
const undecided = [
    { name: 'Default', value: '' },
    { name: 'No', value: 'false' },
    { name: 'Yes', value: 'true' },
];

function typeOptionsOf(field) {
    const options = {
        ...(field.kind === 'longText' && { rows: 3 }),
        ...(field.kind === 'number' && field.minimum !== undefined && { minValue: field.minimum }),
        ...(field.kind === 'number' && field.maximum !== undefined && { maxValue: field.maximum }),
        ...(field.secret && { password: true }),
    };
    return Object.keys(options).length > 0 ? { typeOptions: options } : {};
}

function defaultOf(field) {
    if (field.default !== undefined) {
        return field.default;
    }
    return { number: 0 }[field.kind] ?? '';
}

function propertyOf(field, show) {
    const displayOptions = { ...show, ...(field.onlyFor && { [field.onlyFor.name]: [field.onlyFor.value] }) };
    const isUndecided = field.kind === 'boolean' && field.default === undefined;
    const description = described(field);
    return {
        displayName: titled(field.label),
        name: field.name,
        type: isUndecided ? 'options' : (typeOf[field.kind] ?? 'string'),
        ...(field.required && !field.nullable && { required: true }),
        ...(Object.keys(displayOptions).length > 0 && { displayOptions: { show: displayOptions } }),
        ...typeOptionsOf(field),
        ...(isUndecided && { options: undecided }),
        ...(field.kind === 'choice' && { options: optionsOf(field.choices) }),
        default: defaultOf(field),
        ...(field.kind === 'media' && { placeholder: 'e.g. https://example.com/photo.jpg' }),
        ...(description !== '' && { description }),
    };
}

function useOf(field) {
    const isUndecided = field.kind === 'boolean' && field.default === undefined;
    return {
        name: field.name,
        ...(field.required && field.nullable && { nullWhenEmpty: true }),
        ...(field.onlyFor && { onlyFor: { field: field.onlyFor.name, is: field.onlyFor.value } }),
        ...(field.kind === 'json' && { reads: 'json' }),
        ...(isUndecided && { reads: 'boolean' }),
    };
}

/** As TypeScript in the style of the rest: names without quotes where they need none. */
function source(value, indent = '') {
    if (Array.isArray(value)) {
        const items = value.map((item) => `${indent}    ${source(item, `${indent}    `)},\n`);
        return items.length === 0 ? '[]' : `[\n${items.join('')}${indent}]`;
    }
    if (typeof value === 'object' && value !== null) {
        const members = Object.entries(value).map(([name, member]) => `${indent}    ${name}: ${source(member, `${indent}    `)},\n`);
        return members.length === 0 ? '{}' : `{\n${members.join('')}${indent}}`;
    }
    return typeof value === 'string' ? `'${value.replace(/[\\']/g, '\\$&')}'` : JSON.stringify(value);
}

function write(file, prefix, fields, show, extra = '') {
    const text = `// Written by scripts/generate_descriptions.js from the module's schemas.
import type { INodeProperties } from 'n8n-workflow';

import type { FieldUse } from '${path.posix.relative(path.posix.dirname(file), 'lib/inputs') }';

export const ${prefix}Fields: INodeProperties[] = ${source(fields.map((field) => propertyOf(field, show)))};

export const ${prefix}Uses: FieldUse[] = ${source(fields.map(useOf))};
${extra}`;
    fs.writeFileSync(path.join(root, file), text);
}

const inputs = fieldsOf(node.inputSchema, { prefix: '', controls });
write('nodes/ImageToVideo/InputsDescription.ts', 'input', inputs, { operation: ['generate', 'start'] });
const connection = fieldsOf(node.connection.schema, { prefix: '' });
const { authorization, poll } = JSON.parse(fs.readFileSync(path.join(root, '..', '..', 'schemas', 'pixelml_api.json'), 'utf8'));
const [example] = manifest.nodes.find(({ id }) => id === node.actionId).examples;
write('credentials/ConnectionDescription.ts', 'connection', connection, {}, `
export const builtInBinding = ${source({ authorization, poll: { path: poll.path } })};

export const exampleInput = ${source(example.input)};
`);

const icons = path.join(root, 'dist', 'nodes', 'ImageToVideo');
fs.mkdirSync(icons, { recursive: true });
fs.writeFileSync(path.join(icons, 'imageToVideo.svg'), node.iconSvg);
