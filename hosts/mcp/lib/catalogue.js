'use strict';
// Which nodes there are: of the modules that the command line names.
const { formOf } = require('../native/durable/node_form');
const { toolNameOf, variationName } = require('./node_tool');
const { isNameOfInput } = require('./tool_schema');

/** [{module, descriptor, form, toolName, variation, isOpen}], by the modules' order. `addon`: the package that loads modules. */
function nodesOf(addon, files, log = () => {}) {
    const nodes = new Map();
    for (const file of files) {
        const module = addon.load(file);
        for (const descriptor of module.nodes) {
            const { actionId, inputSchema } = descriptor;
            if (nodes.has(actionId)) {
                const other = nodes.get(actionId).module.name;
                throw new Error(`Both ${other} and ${module.name} have a node ${actionId}. Load only one of them.`);
            }
            const refused = Object.keys(inputSchema.properties ?? {}).find((name) => !isNameOfInput(name));
            if (refused !== undefined) {
                log('warning', `The node ${actionId} is left out: agents cannot have a tool whose input is called ${JSON.stringify(refused)}.`);
                continue;
            }
            nodes.set(actionId, {
                module,
                descriptor,
                form: formOf(descriptor),
                toolName: toolNameOf(actionId),
                variation: variationName(inputSchema),
                isOpen: inputSchema.properties === undefined || inputSchema.additionalProperties === true,
            });
        }
    }
    return [...nodes.values()];
}

module.exports = { nodesOf };
