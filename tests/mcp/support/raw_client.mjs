// A client of revision 2025-11-25 without an SDK: it writes what it likes, and reads if it likes.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { until } from '../../support/waiting.js';
import { setUp } from './servers.mjs';

/**
 * Starts the server: {child, line: writes one, answerTo: resolves with the answer to that id, ask: both, messages: all that
 * were read}.
 */
export function startRaw(t, service, { reads = true, capabilities = {}, args: more = [] } = {}) {
    const { command, args, env } = setUp(service, { args: more });
    const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin.on('error', () => {});
    t.after(() => child.kill('SIGKILL'));
    const messages = [];
    if (reads) {
        createInterface({ input: child.stdout }).on('line', (text) => messages.push(JSON.parse(text)));
    }
    const line = (value) => child.stdin.write(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`);
    const answerTo = (id) => until(`the answer to ${id}`, () => messages.find((one) => one.id === id && one.method === undefined), 10_000);
    const ask = (id, method, params) => line({ jsonrpc: '2.0', id, method, params }) && answerTo(id);
    line({ jsonrpc: '2.0', id: 'first', method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities, clientInfo: { name: 'x', version: '1' } } });
    line({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return { child, messages, line, answerTo, ask };
}
