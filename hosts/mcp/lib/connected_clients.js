'use strict';
// The sessions of clients over HTTP, which the revisions up to 2025-11-25 have.
const crypto = require('node:crypto');
const { WebStandardStreamableHTTPServerTransport, isInitializeRequest } = require('@modelcontextprotocol/server');

const most = 512;
const mostOfOwner = 256; // so that no client locks out another
const idleMs = 3_600_000;
/** Some clients begin a session for each call and end none: where there is no room, what has long been answered goes. */
const surelyIdleMs = 180_000;

const refusal = (status, message) =>
    Response.json({ jsonrpc: '2.0', error: { code: -32000, message }, id: null }, { status });

class ConnectedClients {
    #protocol;
    #sessions = new Map(); // id -> {transport, server, owner, usedAt, open: requests}, the longest unused first
    #beginning = []; // the owners of sessions that are not among them yet

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
            this.#use(id, session, request.signal);
            return await session.transport.handleRequest(request, { parsedBody: body, authInfo });
        }
        if (![body].flat().some(isInitializeRequest)) {
            return refusal(400, 'The header Mcp-Session-Id is missing: initialize a session first');
        }
        const owner = authInfo.clientId;
        if (!this.#makeRoom(owner)) {
            return refusal(503, 'So many sessions are open already: end some, or wait some minutes');
        }
        this.#beginning.push(owner);
        try {
            const { transport } = await this.#begin(owner);
            return await transport.handleRequest(request, { parsedBody: body, authInfo });
        } finally {
            this.#beginning.splice(this.#beginning.indexOf(owner), 1);
        }
    }

    /** `signal`: aborted when the request is answered, or its client gone. */
    #use(id, session, signal) {
        const touch = (open) => {
            Object.assign(session, { open: session.open + open, usedAt: Date.now() });
            if (this.#sessions.delete(id)) {
                this.#sessions.set(id, session);
            }
        };
        touch(1);
        signal.addEventListener('abort', () => touch(-1), { once: true });
    }

    async #begin(owner) {
        const server = this.#protocol.serverFor({ era: 'legacy' });
        const transport = new WebStandardStreamableHTTPServerTransport({
            sessionIdGenerator: () => crypto.randomUUID(),
            onsessioninitialized: (id) => this.#sessions.set(id, { transport, server, owner, usedAt: Date.now(), open: 0 }),
        });
        transport.onclose = () => this.#sessions.delete(transport.sessionId);
        await server.connect(transport);
        return { transport };
    }

    #isFull(owner) {
        const owners = [...[...this.#sessions.values()].map((session) => session.owner), ...this.#beginning];
        return owners.length >= most || owners.filter((one) => one === owner).length >= mostOfOwner;
    }

    #makeRoom(owner) {
        for (const [id, { usedAt, server, open }] of this.#sessions) {
            if (Date.now() - usedAt < (this.#isFull(owner) ? surelyIdleMs : idleMs)) {
                break;
            }
            if (open === 0) {
                this.#sessions.delete(id);
                server.close().catch(() => {});
            }
        }
        return !this.#isFull(owner);
    }

    async close() {
        const servers = [...this.#sessions.values()].map(({ server }) => server);
        this.#sessions.clear();
        await Promise.all(servers.map((server) => server.close().catch(() => {})));
    }
}

module.exports = { ConnectedClients };
