'use strict';
// One client, which started this process and speaks with it over stdin and stdout.
const { once } = require('node:events');
const { Readable } = require('node:stream');
const { StdioServerTransport, serveStdio } = require('@modelcontextprotocol/server/stdio');

const { linesOf, readLine } = require('./client_messages');
const { largestMessage } = require('./limits');

/** Resolves when the client has read enough of what it was answered, or is gone. */
async function room(output) {
    while (output.writableNeedDrain && !output.destroyed) {
        await Promise.race([once(output, 'drain'), once(output, 'close')]).catch(() => {});
    }
}

async function* messagesOf(input, output, refuse) {
    for await (const line of linesOf(input, largestMessage)) {
        const { message, refusal } = readLine(line, largestMessage);
        if (refusal !== undefined) {
            refuse(refusal);
        } else if (message !== undefined) {
            yield Buffer.from(`${JSON.stringify(message)}\n`);
        }
        await room(output);
    }
}

/** {close, closed: resolves when the client is gone} */
function serveOverStdio(protocol, log) {
    const report = (error) => log('debug', error.message);
    const messages = messagesOf(process.stdin, process.stdout, (refusal) => transport.send(refusal).catch(report));
    const input = Readable.from(messages, { objectMode: false });
    const transport = new StdioServerTransport(input, process.stdout, { maxBufferSize: Infinity }); // what is too long is not in it
    const handle = serveStdio((context) => protocol.serverFor(context), { transport, onerror: report });
    const closed = new Promise((resolve) => {
        input.once('end', resolve);
        input.once('close', resolve);
        input.once('error', resolve);
        process.stdout.once('error', resolve);
    });
    return { close: () => handle.close(), closed };
}

module.exports = { serveOverStdio };
