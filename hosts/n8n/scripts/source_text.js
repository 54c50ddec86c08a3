'use strict';
// Values as TypeScript, in the style of the rest: names without quotes where they need none.

const isName = (text) => /^[A-Za-z_$][\w$]*$/.test(text);

/** What may not stand in a text as it is. */
const escapes = { "'": "\\'", '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\u2028': '\\u2028', '\u2029': '\\u2029' };

const quoted = (text) => `'${text.replace(/['\\\n\r\u2028\u2029]/g, (found) => escapes[found])}'`;

function sourceOf(value, indent = '') {
    const inner = `${indent}    `;
    if (Array.isArray(value)) {
        const items = value.map((item) => `${inner}${sourceOf(item, inner)},\n`);
        return items.length === 0 ? '[]' : `[\n${items.join('')}${indent}]`;
    }
    if (typeof value === 'object' && value !== null) {
        const members = Object.entries(value).map(([name, member]) => {
            const key = isName(name) ? name : quoted(name);
            return `${inner}${key}: ${sourceOf(member, inner)},\n`;
        });
        return members.length === 0 ? '{}' : `{\n${members.join('')}${indent}}`;
    }
    return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}

module.exports = { quoted, sourceOf };
