'use strict';
// One node of the module as n8n's type: a class, its entry in n8n's list of nodes, and what it is found by.
const { formOf } = require('../../node/durable/node_form');

const { propertiesOf: propertiesWithFiles, propertyOf, useOf } = require('./form_fields');
const { collectFields, downloadFields, holdingNotice, making, operation, options, priceNotice } = require('./host_fields');
const { quoted, sourceOf } = require('./source_text');
const { classNameOf, described, isSmall, productOf, titled, withSmallInitial, wordsOf } = require('./words');

/** Everything n8n-specific that follows from the descriptor. `credential`: {name, service}, or null. `takesFiles`: as its module. */
function planOf(descriptor, credential, takesFiles) {
    const className = classNameOf(descriptor.actionId);
    const form = formOf(descriptor);
    const [media = null] = form.mediaOutputs;
    return {
        descriptor,
        takesFiles,
        className,
        typeName: withSmallInitial(className),
        credential: descriptor.connection && credential,
        ...form,
        media,
        ...productOf(media),
    };
}

function propertiesOf(plan) {
    const { descriptor, takesFiles, fields, examples, media, price, product } = plan;
    const { canResume } = descriptor;
    const fieldsOf = takesFiles ? propertiesWithFiles : (...field) => [propertyOf(...field)];
    const own = fields.flatMap((field) => fieldsOf(field, { operation: making }, examples[0]?.input));
    const before = [operation(plan, canResume)];
    const after = [
        ...(price ? [priceNotice(price)] : []),
        ...(canResume ? [holdingNotice(plan), ...collectFields(plan)] : []),
        ...(media ? downloadFields(plan, titled(product)) : []),
        options(plan, { canResume, hasMedia: media !== null }),
    ];
    const reserved = new Set([...before, ...after].map(({ name }) => name));
    const taken = own.find(({ name }) => reserved.has(name));
    if (taken !== undefined) {
        throw new Error(`The input ${taken.name} of ${descriptor.actionId} has the name of a field that every node has in n8n.`);
    }
    return [...before, ...own, ...after];
}

/** The first version has one output for all operations, which workflows that were built with it are wired to. */
const versions = { version: [1, 2], defaultVersion: 2 };
const collectsApart =
    '={{ $nodeVersion >= 2 && $parameter["operation"] === "collect" ' +
    '? [{ type: "main", displayName: "Done" }, { type: "main", displayName: "Still Rendering" }] : ["main"] }}';

function descriptionOf(plan) {
    const { descriptor, typeName, credential } = plan;
    const displayName = titled(descriptor.title);
    const said = descriptor.description === descriptor.title && credential
        ? `${descriptor.title} with ${credential.service}`
        : descriptor.description;
    return {
        displayName,
        name: typeName,
        ...(descriptor.iconSvg !== '' && { icon: `file:${typeName}.svg` }),
        group: ['transform'],
        ...(descriptor.canResume ? versions : { version: 1 }),
        subtitle: '={{ $parameter["operation"] }}',
        description: described(said),
        defaults: { name: displayName },
        inputs: ['main'],
        outputs: descriptor.canResume ? collectsApart : ['main'],
        usableAsTool: true,
        ...(credential && {
            credentials: [
                {
                    name: credential.name,
                    required: descriptor.connection.required,
                    testedBy: `${credential.name}Test`,
                },
            ],
        }),
        properties: propertiesOf(plan),
    };
}

const imported = (types) => `import type {\n${types.map((type) => `    ${type},\n`).join('')}} from 'n8n-workflow';\n`;

/** The TypeScript of the class. */
function classOf(plan) {
    const { className, credential, descriptor } = plan;
    const actionId = quoted(descriptor.actionId);
    const testTypes = ['ICredentialDataDecryptedObject', 'ICredentialsDecrypted', 'ICredentialTestFunctions'];
    const types = ['IExecuteFunctions', 'INodeExecutionData', 'INodeType', 'INodeTypeDescription'];
    const all = credential ? [...testTypes, ...types, 'INodeCredentialTestResult'].sort() : types;
    const methods = `
    methods = {
        credentialTest: {
            async ${credential?.name}Test(
                this: ICredentialTestFunctions,
                credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
            ): Promise<INodeCredentialTestResult> {
                return await checkCredential(credential, ${actionId});
            },
        },
    };
`;
    return `// Written by scripts/build.js from the module's descriptor.
${imported(all)}
${credential ? "import { checkCredential } from '../../lib/check_credential';\n" : ''}import { executeItems } from '../../lib/execute_items';

export class ${className} implements INodeType {
    description: INodeTypeDescription = ${sourceOf(descriptionOf(plan), '    ')};
${credential ? methods : ''}
    async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
        return await executeItems(this, ${actionId});
    }
}
`;
}

const unique = (words) => [...new Set(words.map((word) => word.toLowerCase()))];

/** Where n8n lists the node, and the words that it is found by. */
function codexOf({ descriptor, typeName, credential, media, examples, categories }, packageName) {
    const words = [descriptor.title, ...examples.map(({ title }) => title)].flatMap(wordsOf);
    const found = words.filter((word) => !isSmall(word));
    return {
        node: `${packageName}.${typeName}`,
        nodeVersion: '1.0',
        codexVersion: '1.0',
        categories: [media && media.kind !== 'file' ? 'Marketing' : 'Miscellaneous'],
        alias: unique([...found, ...categories, ...(credential ? [credential.service] : []), 'generate']),
        resources: {},
    };
}

/** A NodeFacts of lib/node_facts.ts. */
const factsOf = ({ fields, credential, takesFiles }) => ({
    credential: credential ? credential.name : null,
    inputUses: fields.map((field) => useOf(field, takesFiles)),
});

module.exports = { classOf, codexOf, factsOf, planOf };
