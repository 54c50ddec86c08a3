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

/** The fields that say where a media input comes from: a URL, or a file of the item. */
const fileFieldsOf = ({ name }) => ({ choice: `${name}From`, field: `${name}BinaryField` });

/** As propertyOf, for an input of a node whose module takes files. */
function propertiesOf(field, show, example) {
    const property = propertyOf(field, show, example);
    if (field.kind !== 'media') {
        return [property];
    }
    const { choice, field: binaryField } = fileFieldsOf(field);
    const shownFor = (from) => ({ displayOptions: { show: { ...property.displayOptions?.show, [choice]: [from] } } });
    return [
        {
            displayName: `${property.displayName} From`,
            name: choice,
            type: 'options',
            ...(property.displayOptions && { displayOptions: property.displayOptions }),
            options: [
                { name: 'Binary Field', value: 'binary', description: 'A file of the incoming item, as a form, Telegram or Drive gives it' },
                { name: 'URL', value: 'url', description: 'A place on the web that the service can open' },
            ],
            default: 'url',
        },
        { ...property, ...shownFor('url') },
        {
            displayName: `${property.displayName} Binary Field`,
            name: binaryField,
            type: 'string',
            required: true,
            ...shownFor('binary'),
            default: 'data',
            hint: 'The name of the input binary field that has the file',
            description: 'Or, as an expression, the file of another node: e.g. {{ $(\'Form\').item.binary.Photo }}',
        },
    ];
}

/** A FieldUse of lib/inputs.ts. */
function useOf(field, takesFiles) {
    return {
        name: field.name,
        ...(takesFiles && field.kind === 'media' && { file: fileFieldsOf(field) }),
        ...(field.required && field.nullable && { nullWhenEmpty: true }),
        ...(field.onlyFor && { onlyFor: { field: field.onlyFor.name, isOneOf: field.onlyFor.values } }),
        ...(field.kind === 'json' && { reads: 'json' }),
        ...(isUndecided(field) && { reads: 'boolean' }),
    };
}

module.exports = { propertiesOf, propertyOf, useOf };
