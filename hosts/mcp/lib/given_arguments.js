'use strict';
// Turns the arguments of a tool call, as models write them, into the node's input. Knows no particular node.

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What models write for "nothing". */
const isNothing = (value) => value === null || (typeof value === 'string' && /^(null|none|undefined)?$/i.test(value.trim()));

/** What models write into a field that they fill because it is there. */
const isNeutral = (text) => isNothing(text) || /^(0|-|default|false|no|n\/a|nil)$/i.test(text);

/** The name of another run of the same arguments; null: none is wanted. */
function readVariation(given) {
    const text = ['string', 'number'].includes(typeof given) ? String(given).trim() : '';
    return isNeutral(text) ? null : text.slice(0, 200);
}

/** The same for all inputs that mean the same: with the node's defaults, and without white space around texts. */
function meaningOf(fields, input) {
    const defaults = fields.map((field) => [field.name, field.default ?? null]);
    const given = Object.entries(input).map(([name, value]) => [name, typeof value === 'string' ? value.trim() : value]);
    return Object.fromEntries([...defaults, ...given]);
}

/** The URL in "[a photo](https://…)", "![](https://…)", "<https://…>" or "`https://…`"; another text stays, without spaces around. */
function bareUrl(text) {
    const trimmed = text.trim();
    const [, inMarkdown] = /^!?\[[^\]]*\]\(\s*<?([^\s>)]+)>?(?:\s+["'][^"']*["'])?\s*\)$/.exec(trimmed) ?? [];
    const [, inBrackets] = /^[<"'`]+([^<>"'`]+)[>"'`]+$/.exec(trimmed) ?? [];
    return inMarkdown ?? inBrackets ?? trimmed;
}

const listed = (values) => values.map((value) => JSON.stringify(value)).join(', ');
const shown = (value) => {
    const text = JSON.stringify(value) ?? String(value);
    return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

function readText(value) {
    return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}

const booleans = new Map([['true', true], ['yes', true], ['1', true], ['false', false], ['no', false], ['0', false]]);

const readBoolean = (value) => booleans.get(readText(value)?.trim().toLowerCase());

function readNumber(value, { integer, minimum, maximum }) {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    const isRight =
        Number.isFinite(number) && (!integer || Number.isInteger(number)) && !(number < minimum) && !(number > maximum);
    return isRight ? number : undefined;
}

function readChoice(value, { choices }) {
    if (choices.includes(value)) {
        return value;
    }
    const plain = (one) => readText(one)?.toLowerCase().replace(/[\s_-]+/g, ' ').trim();
    const wanted = plain(value);
    const alike = wanted === undefined ? [] : choices.filter((choice) => plain(choice) === wanted);
    return alike.length === 1 ? alike[0] : undefined;
}

function readJson(value) {
    try {
        return typeof value === 'string' ? JSON.parse(value) : value;
    } catch {
        return value; // the node's schema may take a text
    }
}

const readers = {
    boolean: readBoolean,
    number: readNumber,
    choice: readChoice,
    text: readText,
    longText: readText,
    media: (value) => (typeof value === 'string' ? bareUrl(value) : undefined),
    json: readJson,
};

/** What is taken, for a sentence that a model can act on. */
function acceptedBy({ kind, choices, integer, minimum, maximum, nullable }) {
    const range = [minimum !== undefined && `at least ${minimum}`, maximum !== undefined && `at most ${maximum}`].filter(Boolean);
    const words = {
        boolean: () => 'true or false',
        number: () => [integer ? 'an integer' : 'a number', ...range].join(', '),
        choice: () => `one of ${listed(choices)}`,
        media: () => 'a URL',
    };
    return (words[kind] ?? (() => 'a text'))() + (nullable ? ' or null' : '');
}

/** {value}, {left: true} where the node's default is meant, or {problem}. */
function readField(field, given) {
    const { name, kind, nullable, required } = field;
    const isGiven = given !== undefined;
    const mayBeEmpty = required && !nullable && ['text', 'longText'].includes(kind);
    if (!isGiven || (isNothing(given) && !(mayBeEmpty && typeof given === 'string' && given.trim() !== ''))) {
        if (isGiven && given === null && nullable) {
            return { value: null };
        }
        if (!required) {
            return { left: true };
        }
        return nullable ? { value: null } : { problem: `${name} is required: ${acceptedBy(field)}` };
    }
    const value = readers[kind](given, field);
    return value === undefined ? { problem: `${name} must be ${acceptedBy(field)}, not ${shown(given)}` } : { value };
}

/**
 * {input, ignored: names of members that the node does not have, problem: null or one sentence}.
 * `fields`: as formOf of the node gives them; `isOpen`: the node takes members that its schema does not name.
 */
function readArguments(fields, given, { isOpen = false } = {}) {
    if (given !== undefined && !isObject(given)) {
        return { input: {}, ignored: [], problem: 'The arguments must be an object' };
    }
    const input = {};
    const problems = [];
    for (const field of fields) {
        const { value, left, problem } = readField(field, given?.[field.name]);
        if (problem !== undefined) {
            problems.push(problem);
        } else if (!left) {
            input[field.name] = value;
        }
    }
    const known = new Set(fields.map(({ name }) => name));
    const others = Object.keys(given ?? {}).filter((name) => !known.has(name));
    if (isOpen) {
        others.forEach((name) => Object.defineProperty(input, name, { value: given[name], enumerable: true, configurable: true }));
    }
    return { input, ignored: isOpen ? [] : others, problem: problems.length > 0 ? `${problems.join('; ')}.` : null };
}

module.exports = { bareUrl, meaningOf, readArguments, readVariation };
