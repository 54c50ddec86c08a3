'use strict';
// Who may speak with the server over HTTP. No I/O.
const crypto = require('node:crypto');
const { localhostAllowedHostnames, localhostAllowedOrigins, validateHostHeader, validateOriginHeader } = require('@modelcontextprotocol/server');

const digest = (secret, text) => crypto.createHmac('sha256', secret).update(text).digest();

const shortestToken = 16;

/** token's digest -> owner, the name under which the runs of its client are kept. Throws where a token is too short. */
function ownersOf(tokens, secret) {
    return tokens.map((token) => {
        if (token.length < shortestToken) {
            throw new Error(`A token has fewer than ${shortestToken} characters. Take a random one, as "openssl rand -hex 32" prints it.`);
        }
        const digestOfToken = digest(secret, token);
        return { digestOfToken, owner: `client-${digest(secret, digestOfToken).toString('hex').slice(0, 16)}` };
    });
}

/** Takes the same time for each wrong token. */
function ownerOf(authorization, owners, secret) {
    const token = /^Bearer +([A-Za-z0-9._~+/=-]{1,512})$/i.exec(authorization ?? '')?.[1] ?? '';
    const given = digest(secret, token);
    const found = owners.filter(({ digestOfToken }) => crypto.timingSafeEqual(digestOfToken, given));
    return token === '' ? null : (found[0]?.owner ?? null);
}

/**
 * {owner}, or {status, message} of the refusal. A page in a browser can reach this machine by a name of its own (DNS
 * rebinding): its Host is that name, and its Origin another site's.
 */
function guard({ headers, pathname }, owners, secret) {
    if (!validateHostHeader(headers.host, localhostAllowedHostnames()).ok) {
        return { status: 403, message: 'Forbidden: this server is reached as localhost or 127.0.0.1 alone' };
    }
    if (headers.origin !== undefined && !validateOriginHeader(headers.origin, localhostAllowedOrigins()).ok) {
        return { status: 403, message: 'Forbidden: not from a page of another site' };
    }
    const owner = ownerOf(headers.authorization, owners, secret);
    if (owner === null) {
        return { status: 401, message: 'Unauthorized: the header "Authorization: Bearer TOKEN" is missing or wrong' };
    }
    return pathname === '/mcp' ? { owner } : { status: 404, message: 'Not found: the server is at /mcp' };
}

module.exports = { guard, ownersOf };
