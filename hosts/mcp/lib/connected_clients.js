'use strict';
// The sessions of clients over HTTP, which the revisions up to 2025-11-25 have.
const crypto = require('node:crypto');
const { WebStandardStreamableHTTPServerTransport, isInitializeRequest } = require('@modelcontextprotocol/server');

const most = 256;
const idleMs = 3_600_000;
/** Some clients begin a session for each call and end none: where there is no room, what has long been answered goes. */
const surelyIdleMs = 180_000;

const refusal = (status, message) =>
    Response.json({ jsonrpc: '2.0', error: { code: -32000, message }, id: null }, { status });

class ConnectedClients {
    #protocol;
    #sessions = new Map(); // id -> {transport, server, owner, usedAt}, the longest unused first

    #beginning = 0; // sessions that are not among them yet

    constructor(protocol) {
        this.#protocol = protocol;
    }

    async handle(request, body, authInfo) {
        const id = request.headers.get('mcp-session-id');
        if (id !== null) {
            const session = this.#sessions.get(id);
            if (session === undefined || session.owner !== authInfo.clientId) {
                return refusal(404, 'There is no such session, or no longer: initialize another one');
            }
            this.#sessions.delete(id);
            this.#sessions.set(id, { ...session, usedAt: Date.now() });
            return await session.transport.handleRequest(request, { parsedBody: body, authInfo });
        }
        if (![body].flat().some(isInitializeRequest)) {
            return refusal(400, 'The header Mcp-Session-Id is missing: initialize a session first');
        }
        if (!this.#makeRoom()) {
            return refusal(503, `${most} sessions are open already`);
        }
        this.#beginning += 1;
        try {
            const { transport } = await this.#begin(authInfo.clientId);
            return await transport.handleRequest(request, { parsedBody: body, authInfo });
        } finally {
            this.#beginning -= 1;
        }
    }

    async #begin(owner) {
        const server = this.#protocol.serverFor({ era: 'legacy' });
        const transport = new WebStandardStreamableHTTPServerTransport({
            sessionIdGenerator: () => crypto.randomUUID(),
            onsessioninitialized: (id) => this.#sessions.set(id, { transport, server, owner, usedAt: Date.now() }),
        });
        transport.onclose = () => this.#sessions.delete(transport.sessionId);
        await server.connect(transport);
        return { transport };
    }

    #makeRoom() {
        const isFull = () => this.#sessions.size + this.#beginning >= most;
        for (const [id, { usedAt, server }] of this.#sessions) {
            if (Date.now() - usedAt < (isFull() ? surelyIdleMs : idleMs)) {
                break;
            }
            this.#sessions.delete(id);
            server.close().catch(() => {});
        }
        return !isFull();
    }

    async close() {
        const servers = [...this.#sessions.values()].map(({ server }) => server);
        this.#sessions.clear();
        await Promise.all(servers.map((server) => server.close().catch(() => {})));
    }
}

module.exports = { ConnectedClients };
