'use strict';
// The nodes' examples as prompts: a call of the tool that a person can take up and change.

const slugOf = (title) => title.toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, '');

/** What an example is about, and what a person will have another of. */
const changeable = ({ kind, required }) => required && ['media', 'longText', 'text'].includes(kind);

function promptsOf(node) {
    const { descriptor, form } = node;
    const own = form.fields.filter(changeable);
    return form.examples.map(({ title, input }) => ({
        definition: {
            name: slugOf(title),
            title,
            description: `An example of ${node.toolName}: ${descriptor.description || descriptor.title}`,
            arguments: own.map(({ name, help, label }) => ({ name, description: help ?? label, required: false })),
        },
        node,
        input,
        own: own.map(({ name }) => name),
    }));
}

class Prompts {
    #byName = new Map();

    constructor(nodes) {
        for (const prompt of nodes.flatMap(promptsOf)) {
            const { name } = prompt.definition;
            const unique = this.#byName.has(name) ? `${name}_${prompt.node.descriptor.actionId}` : name;
            this.#byName.set(unique, { ...prompt, definition: { ...prompt.definition, name: unique } });
        }
    }

    get list() {
        return [...this.#byName.values()].map(({ definition }) => definition);
    }

    /** null: there is no such prompt. */
    get(name, given = {}) {
        const prompt = this.#byName.get(name);
        if (prompt === undefined) {
            return null;
        }
        const { node, input, own, definition } = prompt;
        const changed = Object.fromEntries(own.filter((one) => typeof given[one] === 'string' && given[one] !== '').map((one) => [one, given[one]]));
        const text =
            `${definition.title}: call the tool ${node.toolName} with these arguments, once, and show me what it makes.\n\n` +
            JSON.stringify({ ...input, ...changed }, null, 2);
        return { description: definition.description, messages: [{ role: 'user', content: { type: 'text', text } }] };
    }
}

module.exports = { Prompts };
