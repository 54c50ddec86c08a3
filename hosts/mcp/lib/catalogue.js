'use strict';
// Which nodes there are: of the modules that the command line names.
const { formOf } = require('../native/durable/node_form');
const { variationName } = require('./node_tool');

/** [{module, descriptor, form, variation, isOpen}], by the modules' order. `addon`: the package that loads modules. */
function nodesOf(addon, files) {
    const nodes = new Map();
    for (const file of files) {
        const module = addon.load(file);
        for (const descriptor of module.nodes) {
            const { actionId, inputSchema } = descriptor;
            if (nodes.has(actionId)) {
                const other = nodes.get(actionId).module.name;
                throw new Error(`Both ${other} and ${module.name} have a node ${actionId}. Load only one of them.`);
            }
            nodes.set(actionId, {
                module,
                descriptor,
                form: formOf(descriptor),
                variation: variationName(inputSchema),
                isOpen: inputSchema.properties === undefined || inputSchema.additionalProperties === true,
            });
        }
    }
    return [...nodes.values()];
}

module.exports = { nodesOf };
