'use strict';
// The tools that stand for the nodes. All of it follows from their descriptors.
const crypto = require('node:crypto');

const { priceText } = require('../native/durable/node_form');
const { sizeText } = require('../native/media/file_problem');
const { durationText } = require('./duration');
const { largestFileInArguments } = require('./limits');
const { partOf, rootOf } = require('./tool_schema');

const appUri = 'ui://workflow-node/run.html';

/** The names that belong to the server. */
const shared = { collect: 'collect_run', cancel: 'cancel_run' };
const startName = (toolName) => `start_${toolName}`;

/** What clients and model APIs take, also with "start_" before it; it follows from the action id alone. */
function toolNameOf(actionId) {
    if (/^[a-zA-Z0-9_-]{1,58}$/.test(actionId) && !Object.values(shared).includes(actionId)) {
        return actionId;
    }
    const digest = crypto.createHash('sha256').update(actionId).digest('hex');
    return `${actionId.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 49)}_${digest.slice(0, 8)}`;
}

const sentence = (text) => (/[.!?]$/.test(text) ? text : `${text}.`);

const mostOfHelp = 600; // some clients take 1 024 characters for the whole description

/** The sentences that the text begins with, of so many characters at most. */
function firstSentences(text, most) {
    const end = Math.max(...['. ', '! ', '? '].map((mark) => text.slice(0, most).lastIndexOf(mark)));
    return text.length <= most ? text : text.slice(0, end + 1);
}

/** A title tells a person what a form is; a model chooses by what the node does. */
function whatItDoes({ descriptor: { title, description }, form }) {
    const help = firstSentences(form.howItWorks ?? '', mostOfHelp);
    const says = [description === title && help !== '' ? '' : description || title, help].filter(Boolean);
    return says.map(sentence).join(' ');
}

/** Like a property of the node's input, but never one of them. */
function variationName(inputSchema) {
    let name = 'variation';
    while (name in (inputSchema.properties ?? {})) {
        name = `run_${name}`;
    }
    return name;
}

const variationSchema = {
    type: 'string',
    title: 'Variation',
    description:
        'Leave this out. The same arguments give the same run, so that a repeated call is not paid again. ' +
        'Only to make another one on purpose, with the same arguments: any text that is new.',
};

/** As a sentence. `folders`: of the files that clients may give. */
function waysToGiveFile(folders) {
    const inFolders = folders.length > 0 ? ` the absolute path of a file in ${folders.join(', ')};` : '';
    return `A URL;${inFolders} or a data: URI in base64, for a file of up to ${sizeText(largestFileInArguments)}.`;
}

/** What may be null may be left out, too: models do not write null. */
function inputSchemaOf({ descriptor, form, variation }, folders) {
    const { properties: own, ...root } = rootOf(descriptor.inputSchema);
    const properties = {};
    for (const [name, property] of Object.entries(own)) {
        const help = descriptor.ui?.inputs?.[name]?.help;
        properties[name] = typeof help === 'string' ? { ...property, description: help } : property;
    }
    for (const { name, help, label } of form.fields.filter(({ kind }) => kind === 'media')) {
        const { format: _, ...property } = properties[name]; // a path is no URI
        properties[name] = { ...property, description: `${sentence(help ?? label)} ${waysToGiveFile(folders)}` };
    }
    const required = form.fields.filter((field) => field.required && !field.nullable).map(({ name }) => name);
    return { ...root, type: 'object', properties: { ...properties, [variation]: variationSchema }, required };
}

const runProperty = { type: 'string', title: 'Run', description: 'The name of the run.' };
const statusProperty = {
    type: 'string',
    title: 'Status',
    enum: ['running', 'succeeded', 'failed', 'cancelled'],
    description: `running: not done yet; call ${shared.collect} with the run later.`,
};

/** Clients hold a result that is an error against the schema, too, and keep its text from the model if it does not fit. */
const errorProperty = {
    type: 'object',
    title: 'Why it failed',
    properties: {
        code: { type: 'string' },
        retryable: { type: 'boolean' },
        charged: { type: 'string', enum: ['no', 'yes', 'unknown'] },
    },
};

function outputSchemaOf(outputSchema) {
    const { schema: output, definitions } = partOf(outputSchema ?? { type: 'object' }, '/properties/output');
    return {
        ...definitions,
        type: 'object',
        properties: {
            status: statusProperty,
            run: runProperty,
            output,
            progress: { type: 'number', minimum: 0, maximum: 1, title: 'Progress' },
            message: { type: 'string', title: 'What is being done' },
            error: errorProperty,
        },
        required: ['status', 'run'],
    };
}

const iconsOf = ({ iconSvg }) =>
    iconSvg ? { icons: [{ src: `data:image/svg+xml;base64,${Buffer.from(iconSvg).toString('base64')}`, mimeType: 'image/svg+xml' }] } : {};

const priceSentence = ({ form }) => (form.price ? `Costs about ${priceText(form.price)} a run.` : '');

const ofApp = (visibility) => ({ ui: { resourceUri: appUri, visibility }, 'ui/resourceUri': appUri });

function runTools(node, { sameCallMs, folders }) {
    const { descriptor } = node;
    const { title } = descriptor;
    const { toolName } = node;
    const once = `The same arguments within ${durationText(sameCallMs)} give the same run, which is paid once.`;
    const annotations = { title, readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true };
    const common = { inputSchema: inputSchemaOf(node, folders), outputSchema: outputSchemaOf(descriptor.outputSchema), ...iconsOf(descriptor) };
    return [
        {
            kind: 'run',
            node,
            definition: {
                name: toolName,
                title,
                description: [whatItDoes(node), priceSentence(node), `May take minutes. ${once}`].filter(Boolean).join(' '),
                annotations,
                ...common,
                execution: { taskSupport: 'optional' },
                _meta: ofApp(['model', 'app']),
            },
        },
        {
            kind: 'start',
            node,
            definition: {
                name: startName(toolName),
                title: `${title}: start`,
                description: [
                    `Like ${toolName}, but answers at once with the run, for ${shared.collect}.`,
                    priceSentence(node),
                    once,
                ].filter(Boolean).join(' '),
                annotations: { ...annotations, title: `${title}: start` },
                ...common,
                execution: { taskSupport: 'forbidden' },
                _meta: ofApp(['model', 'app']),
            },
        },
    ];
}

function sharedTools() {
    const runOnly = { type: 'object', properties: { run: runProperty }, required: ['run'] };
    return [
        {
            kind: 'collect',
            definition: {
                name: shared.collect,
                title: 'Collect a run',
                description: 'Gets the output of a run that was started, or says how far it is. Costs nothing.',
                inputSchema: {
                    ...runOnly,
                    properties: {
                        ...runOnly.properties,
                        wait_seconds: {
                            type: 'integer',
                            minimum: 0,
                            title: 'Wait',
                            description: 'How long to wait for the end of the run, in seconds. Left out: as long as a call may take.',
                        },
                    },
                },
                outputSchema: outputSchemaOf(),
                annotations: { title: 'Collect a run', readOnlyHint: true, idempotentHint: true, openWorldHint: true },
                execution: { taskSupport: 'forbidden' },
                _meta: ofApp(['model', 'app']),
            },
        },
        {
            kind: 'cancel',
            definition: {
                name: shared.cancel,
                title: 'Cancel a run',
                description: 'Cancels a run, and its job at the service. What the job has cost may stay paid.',
                inputSchema: runOnly,
                annotations: { title: 'Cancel a run', readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
                execution: { taskSupport: 'forbidden' },
            },
        },
    ];
}

/** name -> {kind, node, definition}. `nodes`: of the catalogue; `folders`: of the files that clients may give. */
function toolsOf(nodes, settings) {
    const tools = new Map();
    for (const tool of [...nodes.flatMap((node) => runTools(node, settings)), ...sharedTools()]) {
        const { name } = tool.definition;
        if (tools.has(name)) {
            throw new Error(`Two tools would have the name ${name}. Load fewer modules.`);
        }
        tools.set(name, tool);
    }
    return tools;
}

module.exports = { appUri, shared, toolNameOf, toolsOf, variationName };
