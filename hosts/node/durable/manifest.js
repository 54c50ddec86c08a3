'use strict';
// The manifest beside a module: what it adds to what the module itself says of its nodes. All of that is an extra: a
// node without it works. The platform's words stand in the node's record, our own in its member workflow_node.
const fs = require('node:fs');
const path = require('node:path');

const understood = 2;

/** The manifest in the directory, or null. */
function readManifest(directory) {
    const file = path.join(directory, 'manifest.json');
    if (!fs.existsSync(file)) {
        return null;
    }
    const manifest = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (manifest.manifest_version !== understood) {
        const { manifest_version: version } = manifest;
        throw new Error(`${file} has the manifest_version ${version}, and this host reads ${understood}.`);
    }
    return manifest;
}

/** By the name of the member: its ui_metadata, and what the project's own part says of it. */
function controlsOf(schema = {}, own = {}) {
    const properties = schema.properties ?? {};
    const names = new Set([...Object.keys(properties), ...Object.keys(own)]);
    return Object.fromEntries([...names].map((name) => [name, { ...properties[name]?.ui_metadata, ...own[name] }]));
}

const isAmount = (value) => typeof value === 'number' && value >= 0;

/** What a run costs by the platform's list: {credits, dollars}, numbers or null; null where it lists neither. */
function priceOf({ cost, pml_cost: dollars }) {
    if (!isAmount(cost) && !isAmount(dollars)) {
        return null;
    }
    return { credits: isAmount(cost) ? cost : null, dollars: isAmount(dollars) ? dollars : null };
}

/** What the manifest adds to a node. Members that it says nothing of are missing; without a manifest that is all. */
function additionsOf(manifest, actionId) {
    const node = manifest?.nodes.find(({ id }) => id === actionId);
    if (node === undefined) {
        return {};
    }
    const own = node.workflow_node ?? {};
    return {
        inputs: controlsOf(node.input_schema, own.inputs),
        outputs: controlsOf(node.output_schema),
        price: priceOf(node),
        categories: own.palette_categories,
        help: own.help,
        examples: own.examples,
    };
}

const inEnglish = (credits) => `${credits} ${credits === 1 ? 'credit' : 'credits'}`;

/** "4 credits ($0.10)"; `creditsIn` says the credits in another language. */
function priceText({ credits, dollars }, creditsIn = inEnglish) {
    const inDollars = dollars === null ? null : `$${/\.\d{3}/.test(dollars) ? dollars : dollars.toFixed(2)}`;
    if (credits === null) {
        return inDollars;
    }
    return creditsIn(credits) + (inDollars === null ? '' : ` (${inDollars})`);
}

module.exports = { additionsOf, priceText, readManifest };
