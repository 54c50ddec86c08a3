'use strict';
// What a JavaScript file says in its own words.
const acorn = require('acorn');

const isNode = (value) => typeof value?.type === 'string';

/** Calls `visit` with each node of the syntax, and the calls that it is an argument of. */
function walk(node, visit, calls = []) {
    if (node.directive !== undefined) {
        return;
    }
    visit(node, calls);
    for (const [name, value] of Object.entries(node)) {
        const within = name === 'arguments' ? [...calls, calleeOf(node)] : calls;
        [value].flat().filter(isNode).forEach((child) => walk(child, visit, within));
    }
}

/** "log" of log(), of this.#log() and of host.log(). */
const calleeOf = ({ callee }) => callee.property?.name ?? callee.name;

const parse = (source) => acorn.parse(source.replace(/^#!.*/, ''), { ecmaVersion: 'latest', sourceType: 'module' });

const withoutMarkup = (text) => text.replace(/<[^>]*(>|$)/g, ' ').replace(/^[^<]*">/, ' ');

/** Two words in a row, or a word as a text or a heading has it. */
const isProse = (text) => /\p{L}{2,}[,.:;]? \p{L}{2,}/u.test(text) || /^\s*\p{Lu}\p{Ll}+[.:!?]?\s*$/u.test(text);

/** The texts that are prose, except what goes to one of the functions `except`. */
function proseIn(source, except) {
    const found = [];
    walk(parse(source), (node, calls) => {
        const text = node.type === 'Literal' ? node.value : node.type === 'TemplateElement' ? node.value.cooked : null;
        if (typeof text === 'string' && isProse(withoutMarkup(text)) && !calls.some((name) => except.includes(name))) {
            found.push(text);
        }
    });
    return found;
}

/** The first arguments of the calls of a function, where they are constants and not empty. */
function keysOf(source, name) {
    const found = [];
    walk(parse(source), (node) => {
        if (['CallExpression', 'NewExpression'].includes(node.type) && calleeOf(node) === name) {
            const [first] = node.arguments;
            const ends = first?.type === 'ConditionalExpression' ? [first.consequent, first.alternate] : [first];
            found.push(...ends.filter((end) => end?.type === 'Literal' && end.value !== '').map(({ value }) => value));
        }
    });
    return found;
}

module.exports = { keysOf, proseIn };
