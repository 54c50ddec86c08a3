'use strict';
// Between Node.js's HTTP and the Request and Response that the SDK speaks.
const { Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');

class BodyTooLarge extends Error {}

/** The body as a text, of at most so many bytes. */
async function bodyOf(request, most) {
    if (Number(request.headers['content-length'] ?? 0) > most) {
        throw new BodyTooLarge();
    }
    const chunks = [];
    let size = 0;
    for await (const chunk of request) {
        size += chunk.length;
        if (size > most) {
            throw new BodyTooLarge();
        }
        chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
}

/** Without its body, which is read before. Aborted when the client is gone. */
function webRequest(request, response) {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) {
        [value].flat().forEach((one) => headers.append(name, one));
    }
    return new Request(`http://${request.headers.host}${request.url}`, { method: request.method, headers, signal: gone.signal });
}

async function send(webResponse, response) {
    response.writeHead(webResponse.status, Object.fromEntries(webResponse.headers));
    if (webResponse.body === null) {
        response.end();
        return;
    }
    response.flushHeaders();
    await pipeline(Readable.fromWeb(webResponse.body), response);
}

function sendError(response, status, message, code = -32000) {
    const text = JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null });
    response.writeHead(status, {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(text),
        ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
    });
    response.end(text);
}

module.exports = { BodyTooLarge, bodyOf, send, sendError, webRequest };
