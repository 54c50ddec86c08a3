'use strict';
// Values as TypeScript, in the style of the rest: names without quotes where they need none.

const isName = (text) => /^[A-Za-z_$][\w$]*$/.test(text);

const quoted = (text) => `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`;

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
