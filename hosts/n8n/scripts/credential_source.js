'use strict';
// The connection of the module's nodes as n8n's credential.
const { connectionFieldsOf } = require('../../node/durable/node_form');

const { propertyOf, useOf } = require('./form_fields');
const { quoted, sourceOf } = require('./source_text');
const { classNameOf, titled, withSmallInitial } = require('./words');

/** Of the connection of a node. `binding`: the API that it leads to, where it is known. */
function credentialOf(descriptor, binding) {
    const service = descriptor.connection.name.replace(/ Connection$/, '');
    const className = `${classNameOf(service)}Api`;
    return { fields: connectionFieldsOf(descriptor), binding, service, className, name: withSmallInitial(className) };
}

/** For n8n's own HTTP Request node. */
function authenticate({ authorization: { header, value } }) {
    const headers = { [header]: `=${value.replace('{{api_key}}', '{{$credentials.api_key}}')}` };
    return `
    authenticate: IAuthenticateGeneric = ${sourceOf({ type: 'generic', properties: { headers } }, '    ')};
`;
}

/** The TypeScript of the class. `icon`: its path from the folder of the credentials, or null. */
function classOf({ fields, binding, service, className, name }, { documentationUrl, icon }) {
    const properties = fields.map((field) => propertyOf(field, {}));
    return `// Written by scripts/build.js from the module's descriptor.
import type { ${binding ? 'IAuthenticateGeneric, ' : ''}ICredentialType, INodeProperties } from 'n8n-workflow';

export class ${className} implements ICredentialType {
    name = ${quoted(name)};

    displayName = ${quoted(`${service} API`)};

    documentationUrl = ${quoted(documentationUrl)};
${icon ? `\n    icon = ${quoted(`file:${icon}`)} as const;\n` : ''}
    properties: INodeProperties[] = ${sourceOf(properties, '    ')};
${binding ? authenticate(binding) : ''}}
`;
}

/** A ConnectionFacts of lib/node_facts.ts. */
function factsOf({ fields, name }) {
    return {
        credential: name,
        uses: fields.map((field) => useOf(field)),
        labels: Object.fromEntries(fields.map((field) => [field.name, titled(field.label)])),
    };
}

module.exports = { classOf, credentialOf, factsOf };
