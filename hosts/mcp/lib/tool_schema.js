'use strict';
// A module's schemas in the form that clients and model APIs take. One that they refuse costs them all tools. What is
// left out is not lost: the node checks its input itself.

const definitions = ['$defs', 'definitions'];
/** What model APIs take beside the properties, at the top of an input. */
const rootMembers = ['type', 'title', 'description', 'additionalProperties', ...definitions];

/** Members that name a schema as a whole, of which clients keep many, and tuples, which each draft words otherwise. */
function isLeftOut(name, value) {
    return (['$id', '$schema'].includes(name) && typeof value === 'string') || (name === 'items' && Array.isArray(value));
}

/** A reference of a schema that is now at `place` in another one, which has its definitions; null: it leads elsewhere. */
function movedReference(reference, place) {
    if (/^#\/(\$defs|definitions)\//.test(reference)) {
        return reference;
    }
    return /^#(\/|$)/.test(reference) ? `#${place}${reference.slice(1)}` : null;
}

function moved(value, place) {
    if (Array.isArray(value)) {
        return value.map((one) => moved(one, place));
    }
    if (typeof value !== 'object' || value === null) {
        return value;
    }
    const members = Object.entries(value).filter(([name, member]) => !isLeftOut(name, member));
    const entries = members.map(([name, member]) =>
        name === '$ref' && typeof member === 'string' ? [name, movedReference(member, place)] : [name, moved(member, place)],
    );
    return Object.fromEntries(entries.filter(([name, member]) => name !== '$ref' || member !== null));
}

/** {schema, definitions: members for the root} of a schema that is put at that place, as "/properties/output". */
function partOf(schema, place) {
    const members = Object.entries(moved(schema, place));
    const isDefinition = ([name]) => definitions.includes(name);
    return {
        schema: Object.fromEntries(members.filter((member) => !isDefinition(member))),
        definitions: Object.fromEntries(members.filter(isDefinition)),
    };
}

/** The schema of an input as the root of a tool's, but for `required`. Its properties are objects. */
function rootOf(inputSchema) {
    const { properties = {}, ...others } = moved(inputSchema, '');
    const asObject = (property) => (property === false ? { not: {} } : { ...property });
    return {
        ...Object.fromEntries(Object.entries(others).filter(([name]) => rootMembers.includes(name))),
        properties: Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, asObject(property)])),
    };
}

/** Whether model APIs take it as the name of an input. */
const isNameOfInput = (name) => /^[a-zA-Z0-9_.-]{1,64}$/.test(name);

module.exports = { isNameOfInput, partOf, rootOf };
