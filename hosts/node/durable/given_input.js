'use strict';
// Turns inputs as spreadsheets and agents give them into what the node's input schema means. Knows no particular node.

/** The types and choices that a property allows; null among them where it may be null. */
function allowedBy(property) {
    const branches = property.anyOf ?? property.oneOf ?? [property];
    const types = new Set(branches.flatMap(({ type }) => type ?? []));
    const choices = branches.flatMap((branch) => branch.enum ?? (branch.const !== undefined ? [branch.const] : []));
    return { types, choices, anything: types.size === 0 && choices.length === 0 };
}

const isBoolean = ({ types, anything }) => types.has('boolean') && !types.has('string') && !anything;
const isText = ({ types, choices }) => types.has('string') && choices.length === 0;

const booleans = new Map([['true', true], ['false', false]]);

/** true, false, or undefined where the text is neither. */
const booleanOf = (text) => booleans.get(text.trim().toLowerCase());

/** An empty cell: nothing was chosen. A text without a default may well be meant to be empty. */
function standsForDefault(text, property, allowed) {
    if (isText(allowed)) {
        return text === '' && property.default !== undefined;
    }
    return !allowed.anything && text.trim() === '' && !allowed.choices.includes(text);
}

/** What an expression without a result leaves in a text. */
const isNothing = (text) => ['undefined', 'null'].includes(text.trim());

const inEnglish = (title, text) =>
    `${title} is the text "${text}", and was sent as it is. ` +
    'If that is not intended, the expression that it comes from found nothing: correct it.';

/** `saysNothing` says the warning in another language. */
function readGiven(schema, given, saysNothing = inEnglish) {
    const required = new Set(schema.required ?? []);
    const input = {};
    const warnings = [];
    for (const [name, value] of Object.entries(given)) {
        const property = schema.properties?.[name];
        if (typeof value !== 'string' || typeof property !== 'object') {
            input[name] = value;
            continue;
        }
        const allowed = allowedBy(property);
        if (!required.has(name) && standsForDefault(value, property, allowed)) {
            continue;
        }
        input[name] = isBoolean(allowed) ? (booleanOf(value) ?? value) : value;
        if (required.has(name) && isText(allowed) && isNothing(value)) {
            warnings.push({ code: 'input_says_nothing', message: saysNothing(property.title ?? name, value.trim()) });
        }
    }
    return { input, warnings };
}

module.exports = { readGiven };
