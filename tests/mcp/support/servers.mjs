// The server as clients start it or reach it, with a service on this machine behind it.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { Client as NewClient, StreamableHTTPClientTransport as NewHttp } from '@modelcontextprotocol/client';
import { StdioClientTransport as NewStdio } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { Child } from '../../support/child.js';

import { program, temporaryDirectory } from './places.mjs';

const require = createRequire(import.meta.url);
const { JobServer } = require('../../support/job_server.js');

export const secretKey = 'the-key-of-the-account';
export const token = 'the-token-of-one-client';

/** The service, which ends with the test. */
export async function startService(t, options) {
    const service = await new JobServer(options).start();
    t.after(() => service.end());
    return service;
}

/** A file with the account, where the environment does not suffice: a service that honours the keys of submits. */
export function connectionFile(service, more = { idempotent_submit: true }) {
    const file = path.join(temporaryDirectory(), 'connection.json');
    const connection = { api_key: secretKey, base_url: service.url, allow_insecure_loopback: true, ...more };
    fs.writeFileSync(file, JSON.stringify(connection), { mode: 0o600 });
    return file;
}

/** What a person sets up: {command, args, env}. */
export function setUp(service, { args = [], state = temporaryDirectory(), env = {} } = {}) {
    const { PATH, HOME } = process.env;
    const account = service ? { PIXELML_API_KEY: secretKey, PIXELML_BASE_URL: service.url } : {};
    return {
        command: process.execPath,
        args: [program, '--state', state, '--log-level', 'info', ...args],
        env: { PATH, HOME, ...account, ...env },
        state,
    };
}

const info = { name: 'client-of-the-tests', version: '1.0' };

export const client = {
    /** Of the revisions up to 2025-11-25. */
    old: ({ capabilities = {} } = {}) => new OldClient(info, { capabilities }),
    /** `mode`: "auto" speaks 2026-07-28 where the server does. */
    new: ({ capabilities = {}, mode = 'auto' } = {}) => new NewClient(info, { capabilities, versionNegotiation: { mode } }),
};

/** Starts the server for a client, as its set-up says, and connects. `output()`: what the server wrote to stderr. */
export async function connectStdio(t, one, setup) {
    const Transport = one instanceof OldClient ? OldStdio : NewStdio;
    const transport = new Transport({ ...setup, stderr: 'pipe' });
    let output = '';
    transport.stderr?.on('data', (text) => {
        output += text;
    });
    t.after(() => one.close().catch(() => {}));
    await one.connect(transport);
    await one.listTools(); // from now on, the client holds results against the tools' schemas
    return { pid: transport.pid, output: () => output };
}

/** The server over HTTP: {url, child}. */
export async function startHttp(t, setup, { tokens = true } = {}) {
    const env = { ...setup.env, ...(tokens ? { WORKFLOW_NODE_MCP_TOKEN: token } : {}) };
    const child = new Child(setup.command, [...setup.args, '--http', '0'], { env });
    t.after(() => child.over || child.end());
    const [url] = await child.says(/http:\/\/[0-9.:]+\/mcp/, 'the server');
    return { url, child };
}

export async function connectHttp(t, one, url, bearer = token) {
    const Transport = one instanceof OldClient ? OldHttp : NewHttp;
    const transport = new Transport(new URL(url), { requestInit: { headers: { authorization: `Bearer ${bearer}` } } });
    t.after(() => one.close().catch(() => {}));
    await one.connect(transport);
    await one.listTools();
    return transport;
}

export const callTool = (one, params, options) =>
    one instanceof OldClient ? one.callTool(params, undefined, options) : one.callTool(params, options);

export const textOf = (result) => result.content.filter(({ type }) => type === 'text').map(({ text }) => text).join('\n');

/** Arguments of a video whose prompt is the text. */
export const videoOf = (service, prompt) => ({ prompt, image: `${service.url}/image` });
