'use strict';
// One client, which started this process and speaks with it over stdin and stdout.
const { Readable } = require('node:stream');
const { setImmediate: nextTurn } = require('node:timers/promises');
const { StdioServerTransport, serveStdio } = require('@modelcontextprotocol/server/stdio');

const { largestMessage } = require('./limits');

const piece = 8192;

/** Hundreds of messages may be in what was read at once; so many bytes of them are taken in one turn of the event loop. */
async function* inPieces(stream) {
    for await (const chunk of stream) {
        for (let start = 0; start < chunk.length; start += piece) {
            yield chunk.subarray(start, start + piece);
            await nextTurn();
        }
    }
}

/** {close, closed: resolves when the client is gone} */
function serveOverStdio(protocol, log) {
    const input = Readable.from(inPieces(process.stdin), { objectMode: false });
    const transport = new StdioServerTransport(input, process.stdout, { maxBufferSize: largestMessage });
    const handle = serveStdio((context) => protocol.serverFor(context), {
        transport,
        onerror: (error) => log('debug', error.message),
    });
    const closed = new Promise((resolve) => {
        input.once('end', resolve);
        input.once('close', resolve);
        input.once('error', resolve);
        process.stdout.once('error', resolve);
    });
    return { close: () => handle.close(), closed };
}

module.exports = { serveOverStdio };
