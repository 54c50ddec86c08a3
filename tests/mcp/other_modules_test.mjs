// Tools of modules that word their schemas and names otherwise than this project's do: no client loses its tools for them.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { AjvJsonSchemaValidator as NewValidator } from '@modelcontextprotocol/client/validators/ajv';
import { InMemoryTransport } from '@modelcontextprotocol/client';
import { AjvJsonSchemaValidator as OldValidator } from '@modelcontextprotocol/sdk/validation/ajv';

import { callTool, client } from './support/servers.mjs';

const require = createRequire(import.meta.url);
const part = (name) => require(`../../hosts/mcp/lib/${name}.js`);

const { nodesOf } = part('catalogue');
const { toolsOf } = part('node_tool');
const { Prompts } = part('prompts');
const { Protocol } = part('protocol');

const base = { version: '1', title: 'Made up', description: 'A node.', categories: [], errors: [], connection: null };
const plain = { type: 'object', properties: { a: { type: 'string' } } };
const frame = { type: 'object', properties: { next: { $ref: '#/$defs/Frame' }, url: { type: 'string' } } };

const schemas = {
    definitions: {
        inputSchema: { type: 'object', properties: { shape: { $ref: '#/definitions/Shape' } }, definitions: { Shape: { type: 'string' } } },
        outputSchema: {
            $id: 'urn:example:two', type: 'object', required: ['frame'], definitions: { Shape: { type: 'string' } }, $defs: { Frame: frame },
            properties: {
                frame: { $ref: '#/$defs/Frame' }, shape: { $ref: '#/definitions/Shape' }, again: { $ref: '#' }, same: { $ref: '#/properties/shape' },
            },
        },
    },
    names: {
        inputSchema: { $schema: 'http://json-schema.org/draft-07/schema#', $id: 'urn:example:one', ...plain },
        outputSchema: { $schema: 'http://json-schema.org/draft-04/schema#', $id: 'urn:example:one', ...plain },
    },
    elsewhere: {
        inputSchema: { type: 'object', properties: { a: { $ref: 'https://example.com/a.json' }, b: { $ref: '#anchor' } } },
        outputSchema: { type: 'object', properties: { a: { $ref: 'a.json#/definitions/A' }, size: { type: 'array', items: [{ type: 'number' }] } } },
    },
    top: {
        inputSchema: { ...plain, oneOf: [{ required: ['a'] }], anyOf: [{}], allOf: [{}], not: { required: ['z'] }, if: {}, then: {} },
        outputSchema: { oneOf: [plain] },
    },
    referring: { inputSchema: { $ref: '#/definitions/In', definitions: { In: plain } }, outputSchema: { type: 'array', items: { type: 'string' } } },
    booleans: { inputSchema: { type: 'object', properties: { a: true, b: false } }, outputSchema: { type: 'object', properties: { a: true } } },
};

function nodesWith(descriptors, log) {
    return nodesOf({ load: () => ({ name: 'made-up', nodes: descriptors.map((one) => ({ ...base, inputSchema: plain, outputSchema: plain, ...one })) }) }, ['m'], log);
}

/** The tools as that client sees them, of a server that answers each call with that. */
async function listed(t, one, nodes, result) {
    const tools = toolsOf(nodes, { sameCallMs: 1000 });
    const calls = {
        definitions: [...tools.values()].map(({ definition }) => definition),
        tool: (name) => tools.get(name),
        call: async () => ({ result }),
    };
    const server = new Protocol({ calls, settings: {}, log: () => {} }).serverFor({ era: 'legacy' });
    const [near, far] = InMemoryTransport.createLinkedPair();
    await server.connect(far);
    await one.connect(near);
    t.after(() => one.close());
    return (await one.listTools()).tools;
}

for (const generation of ['old', 'new']) {
    test(`${generation}: the client takes every tool, and its schemas`, async (t) => {
        const nodes = nodesWith(Object.entries(schemas).map(([actionId, both]) => ({ actionId, ...both })));
        const output = { frame: { next: { url: 'u' } }, again: { frame: {} } };
        const one = client[generation]();
        const tools = await listed(t, one, nodes, { content: [], structuredContent: { status: 'succeeded', run: 'r', output } });
        assert.equal(tools.length, 2 * nodes.length + 2);
        const validator = new { old: OldValidator, new: NewValidator }[generation]();
        for (const { name, inputSchema, outputSchema } of tools) {
            for (const schema of [inputSchema, outputSchema].filter(Boolean)) {
                assert.equal(validator.getValidator(schema)(5).valid, false, name);
            }
            const allowed = ['type', 'title', 'description', 'properties', 'required', 'additionalProperties', '$defs', 'definitions'];
            assert.deepEqual(Object.keys(inputSchema).filter((member) => !allowed.includes(member)), [], name);
        }
        await callTool(one, { name: 'definitions', arguments: {} });
    });

    test(`${generation}: what a reference leads to is still checked`, async (t) => {
        const nodes = nodesWith([{ actionId: 'definitions', ...schemas.definitions }]);
        for (const output of [{ frame: { next: { url: 5 } } }, { frame: {}, again: {} }, { frame: {}, same: 5 }]) {
            const one = client[generation]();
            await listed(t, one, nodes, { content: [], structuredContent: { status: 'succeeded', run: 'r', output } });
            await assert.rejects(callTool(one, { name: 'definitions', arguments: {} }), /schema/i, JSON.stringify(output));
        }
    });
}

test('a node whose id clients refuse has a tool with another name, which stays and is its own', () => {
    const ids = ['acme.video/make', 'acme_video_make', 'acme.video.make', 'a'.repeat(60), `${'a'.repeat(60)}b`, 'größer', 'collect_run', 'cancel_run'];
    const namesOf = (some) => {
        const tools = toolsOf(nodesWith(some.map((actionId) => ({ actionId }))), { sameCallMs: 1000 });
        return new Map([...tools].filter(([, { kind }]) => kind === 'run').map(([name, { node }]) => [node.descriptor.actionId, name]));
    };
    const names = namesOf(ids);
    assert.equal(new Set(names.values()).size, ids.length);
    assert.equal(names.get('acme_video_make'), 'acme_video_make');
    for (const [id, name] of names) {
        assert.match(`start_${name}`, /^[a-zA-Z0-9_-]{1,64}$/);
        assert.equal(namesOf([id]).get(id), name, 'whatever else is loaded');
    }
    const [dotted] = nodesWith([{ actionId: 'acme.video/make', examples: [{ title: 'One', input: { a: 'x' } }] }]);
    const prompts = new Prompts([dotted]);
    const [{ content }] = prompts.get(prompts.list[0].name).messages;
    assert.match(content.text, new RegExp(`the tool ${names.get('acme.video/make')} with`));
});

test('a node with an input whose name clients refuse is left out, and the log says so', () => {
    const said = [];
    const odd = { type: 'object', properties: { 'größe (px)': { type: 'string' } } };
    const nodes = nodesWith([{ actionId: 'odd', inputSchema: odd }, { actionId: 'even' }], (level, text) => said.push(`${level}: ${text}`));
    assert.deepEqual(nodes.map(({ descriptor }) => descriptor.actionId), ['even']);
    assert.deepEqual(said, ['warning: The node odd is left out: agents cannot have a tool whose input is called "größe (px)".']);
});
