'use strict';
// The fields of a form as n8n describes them, and how their values are read.
const { described, titled, withSmallInitial } = require('./words');

const typeOf = { choice: 'options', boolean: 'boolean', number: 'number', json: 'json' };

function descriptionOf({ kind, help }) {
    const text = help ?? '';
    const saysWhether = kind !== 'boolean' || text === '' || text.startsWith('Whether');
    return described(saysWhether ? text : `Whether to ${withSmallInitial(text)}`);
}

/** A yes or no that may also be left to the module. */
const undecided = [
    { name: 'Default', value: '' },
    { name: 'No', value: 'false' },
    { name: 'Yes', value: 'true' },
];

const isUndecided = ({ kind, default: value }) => kind === 'boolean' && value === undefined;

/** In the order of the alphabet, as n8n wants them. */
const choicesOf = ({ choices, choiceTitles }) =>
    choices
        .map((value, i) => ({ name: choiceTitles[i], value }))
        .sort((one, other) => one.name.localeCompare(other.name, 'en'));

/** n8n hides only what is typed into a line. */
function typeOfField(field) {
    if (isUndecided(field)) {
        return 'options';
    }
    return field.secret ? 'string' : (typeOf[field.kind] ?? 'string');
}

function typeOptionsOf(field) {
    const options = {
        ...(field.kind === 'longText' && { rows: 3 }),
        ...(field.kind === 'number' && field.minimum !== undefined && { minValue: field.minimum }),
        ...(field.kind === 'number' && field.maximum !== undefined && { maxValue: field.maximum }),
        ...(field.secret && { password: true }),
    };
    return Object.keys(options).length > 0 ? { typeOptions: options } : {};
}

/** `show`: when the field is shown; `example`: an input that the schema accepts. */
function propertyOf(field, show, example = {}) {
    const shown = { ...show, ...(field.onlyFor && { [field.onlyFor.name]: field.onlyFor.values }) };
    const description = descriptionOf(field);
    return {
        displayName: titled(field.label),
        name: field.name,
        type: typeOfField(field),
        ...(((field.required && !field.nullable) || field.requiredIfUsed) && { required: true }),
        ...(Object.keys(shown).length > 0 && { displayOptions: { show: shown } }),
        ...typeOptionsOf(field),
        ...(isUndecided(field) && { options: undecided }),
        ...(field.kind === 'choice' && { options: choicesOf(field) }),
        default: field.default ?? (field.kind === 'number' ? 0 : ''),
        ...(field.kind === 'media' && example[field.name] && { placeholder: `e.g. ${example[field.name]}` }),
        ...(description !== '' && { description }),
    };
}

/** A FieldUse of lib/inputs.ts. */
function useOf(field) {
    return {
        name: field.name,
        ...(field.required && field.nullable && { nullWhenEmpty: true }),
        ...(field.onlyFor && { onlyFor: { field: field.onlyFor.name, isOneOf: field.onlyFor.values } }),
        ...(field.kind === 'json' && { reads: 'json' }),
        ...(isUndecided(field) && { reads: 'boolean' }),
    };
}

module.exports = { propertyOf, useOf };
