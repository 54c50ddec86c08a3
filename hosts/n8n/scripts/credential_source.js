'use strict';
// The connection of the module's nodes as n8n's credential.
const { fieldsOf } = require('../../node/durable/fields');

const { propertyOf, useOf } = require('./form_fields');
const { quoted, sourceOf } = require('./source_text');
const { classNameOf, withSmallInitial } = require('./words');

/** `binding`: the API that the connection leads to, where it is known. */
function credentialOf(connection, binding) {
    const service = connection.name.replace(/ Connection$/, '');
    const className = `${classNameOf(service)}Api`;
    return { connection, binding, service, className, name: withSmallInitial(className) };
}

/** For n8n's own HTTP Request node. */
function authenticate({ authorization: { header, value } }) {
    const headers = { [header]: `=${value.replace('{{api_key}}', '{{$credentials.api_key}}')}` };
    return `
    authenticate: IAuthenticateGeneric = ${sourceOf({ type: 'generic', properties: { headers } }, '    ')};
`;
}

/** The TypeScript of the class. `icon`: its path from the folder of the credentials, or null. */
function classOf({ connection, binding, service, className, name }, { documentationUrl, icon }) {
    const properties = fieldsOf(connection.schema, { prefix: '' }).map((field) => propertyOf(field, {}));
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
function factsOf({ connection, name }) {
    const fields = fieldsOf(connection.schema, { prefix: '' });
    return {
        credential: name,
        uses: fields.map(useOf),
    };
}

module.exports = { classOf, credentialOf, factsOf };
