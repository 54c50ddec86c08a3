'use strict';
// Clients on this machine, over Streamable HTTP at /mcp.
const fs = require('node:fs/promises');
const http = require('node:http');
const path = require('node:path');
const { createMcpHandler, isLegacyRequest } = require('@modelcontextprotocol/server');

const { ConnectedClients } = require('./connected_clients');
const { guard, ownersOf } = require('./http_guard');
const { largestMessage } = require('./limits');
const { randomText, textMadeOnce } = require('./secret');
const { Turns } = require('./turns');
const { BodyTooLarge, bodyOf, send, sendError, webRequest } = require('./web_exchange');

const mostConnections = 2048;
const mostAccepted = 128; // in one turn of the event loop; the kernel lets others wait
const stopMs = 2000;
const methods = ['GET', 'POST', 'DELETE'];

async function tokensOf({ http: { tokenFile }, token, state }, log) {
    if (tokenFile !== null) {
        const lines = (await fs.readFile(tokenFile, 'utf8')).split('\n').map((line) => line.trim());
        const tokens = lines.filter((line) => line !== '' && !line.startsWith('#'));
        if (tokens.length === 0) {
            throw new Error(`There is no token in ${tokenFile}.`);
        }
        return tokens;
    }
    if (token !== null) {
        return [token];
    }
    const file = path.join(state, 'token');
    const made = await textMadeOnce(file, randomText());
    log('info', `The clients' token is in ${file}`);
    return [made];
}

async function answer(request, response, { owners, secret, modern, clients, turns }) {
    await turns.next();
    const [pathname] = request.url.split('?');
    const { owner, status, message } = guard({ headers: request.headers, pathname }, owners, secret);
    if (owner === undefined) {
        sendError(response, status, message);
        return;
    }
    if (!methods.includes(request.method)) {
        response.setHeader('Allow', methods.join(', '));
        sendError(response, 405, `Method not allowed: ${request.method}`);
        return;
    }
    const authInfo = { token: '', clientId: owner, scopes: [] };
    const web = webRequest(request, response);
    let body;
    if (request.method === 'POST') {
        const text = await bodyOf(request, largestMessage);
        try {
            body = JSON.parse(text);
        } catch {
            sendError(response, 400, 'Parse error: the body is not JSON', -32700);
            return;
        }
    }
    const options = { parsedBody: body, authInfo };
    const isLegacy = await isLegacyRequest(web, body);
    await send(isLegacy ? await clients.handle(web, body, authInfo) : await modern.fetch(web, options), response);
}

/** A thousand connections may come in one turn of the event loop: each is read when it has its turn. */
function readInTurns(server, turns) {
    const [begin] = server.listeners('connection');
    server.off('connection', begin);
    server.on('connection', async (socket) => {
        socket.on('error', () => {});
        await turns.next();
        if (!socket.destroyed) {
            begin.call(server, socket);
        }
    });
}

/** {close, closed: never, as clients come and go} */
async function serveOverHttp(protocol, settings, log) {
    const secret = Buffer.from(await textMadeOnce(path.join(settings.state, 'secret'), randomText()));
    const parts = {
        owners: ownersOf(await tokensOf(settings, log), secret),
        secret,
        modern: createMcpHandler((context) => protocol.serverFor(context), {
            legacy: 'reject',
            onerror: (error) => log('debug', error.message),
        }),
        clients: new ConnectedClients(protocol),
        turns: new Turns(),
    };
    const server = http.createServer({ connectionsCheckingInterval: 5000 }, (request, response) => {
        answer(request, response, parts).catch((error) => {
            if (response.headersSent || response.destroyed) {
                response.destroy(); // the client is gone, or was told half of it
            } else if (error instanceof BodyTooLarge) {
                response.setHeader('Connection', 'close'); // the rest of it is not read
                sendError(response, 413, `The body is larger than ${largestMessage} bytes`);
            } else {
                log('error', `A request failed: ${error.message}`);
                sendError(response, 500, 'Internal error', -32603);
            }
        });
    });
    server.requestTimeout = 60_000;
    server.headersTimeout = 15_000;
    server.maxConnections = mostConnections;
    readInTurns(server, parts.turns);
    await new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ port: settings.http.port, host: '127.0.0.1', backlog: mostAccepted }, resolve);
    });
    log('info', `Listening on http://127.0.0.1:${server.address().port}/mcp`);
    return {
        closed: new Promise(() => {}),
        async close() {
            const closed = new Promise((resolve) => server.close(resolve));
            const late = setTimeout(() => server.closeAllConnections(), stopMs);
            await Promise.all([parts.modern.close(), parts.clients.close()]);
            server.closeIdleConnections();
            await closed;
            clearTimeout(late);
        },
    };
}

module.exports = { serveOverHttp };
