'use strict';
// One client, which started this process and speaks with it over stdin and stdout.
const { StdioServerTransport, serveStdio } = require('@modelcontextprotocol/server/stdio');

const largestMessage = 4 * 1024 * 1024;

/** {close, closed: resolves when the client is gone} */
function serveOverStdio(protocol, log) {
    const transport = new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize: largestMessage });
    const handle = serveStdio((context) => protocol.serverFor(context), {
        transport,
        onerror: (error) => log('debug', error.message),
    });
    const closed = new Promise((resolve) => {
        process.stdin.once('end', resolve);
        process.stdin.once('close', resolve);
        process.stdout.once('error', resolve);
    });
    return { close: () => handle.close(), closed };
}

module.exports = { serveOverStdio };
