'use strict';
// Downloads what a run made, whose address is the service's. No credentials go along. What counts is the address that is
// connected to, whatever the name: a service cannot make this machine read what only it can reach.
const http = require('node:http');
const https = require('node:https');
const { setTimeout: pause } = require('node:timers/promises');

const { isInner } = require('./inner_address');

const mostRedirects = 5;
const silenceMs = 30_000;
const pausesMs = [1000, 3000];

class Refused extends Error {}

/** One answer, of 2xx or a redirect, whose body is to be read or destroyed. */
function ask(url, mayBeInner, signal) {
    const { request } = url.protocol === 'https:' ? https : http;
    return new Promise((resolve, reject) => {
        const asked = request(url, { signal, headers: { 'Accept-Encoding': 'identity' }, timeout: silenceMs, agent: false });
        asked.on('socket', (socket) => {
            socket.once('connect', () => {
                if (!mayBeInner && isInner(socket.remoteAddress)) {
                    asked.destroy(new Refused('its address is not of the public internet'));
                }
            });
        });
        asked.on('timeout', () => asked.destroy(new Error(`nothing came for ${silenceMs / 1000} s`)));
        asked.on('error', reject);
        asked.on('response', resolve);
        asked.end();
    });
}

async function open(text, { mayBeInner, signal }) {
    let url = new URL(text);
    for (let i = 0; i <= mostRedirects; i += 1) {
        if (url.protocol !== 'https:' && !(url.protocol === 'http:' && mayBeInner(url))) {
            throw new Refused('it is not at an https address');
        }
        const response = await ask(url, mayBeInner(url), signal);
        const { statusCode: status, headers } = response;
        if (status >= 300 && status < 400 && headers.location) {
            response.destroy();
            url = new URL(headers.location, url);
        } else if (status >= 200 && status < 300) {
            return response;
        } else {
            response.destroy();
            const message = `HTTP ${status}`;
            throw status >= 400 && status < 500 && ![408, 425, 429].includes(status) ? new Refused(message) : new Error(message);
        }
    }
    throw new Refused(`more than ${mostRedirects} redirects`);
}

async function once(url, { mostBytes, mayBeInner, signal }, take) {
    const response = await open(url, { mayBeInner, signal });
    const length = Number(response.headers['content-length'] ?? NaN);
    const type = (response.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
    if (length > mostBytes || type === 'text/html') {
        response.destroy();
        throw new Refused(type === 'text/html' ? 'the answer is a web page' : `it is larger than ${mostBytes} bytes`);
    }
    const counted = async function* counted() {
        let size = 0;
        for await (const chunk of response) {
            size += chunk.length;
            if (size > mostBytes) {
                throw new Refused(`it is larger than ${mostBytes} bytes`);
            }
            yield chunk;
        }
        if (size === 0 || (Number.isFinite(length) && size !== length)) {
            throw new Error(`${size} bytes came, of ${length}`);
        }
    };
    return await take(counted(), type);
}

/**
 * What `take(chunks, type)` makes of the file. `mayBeInner(url)`: whether it may be at an address of this machine or its
 * network, and without encryption.
 */
async function fetchFile(url, options, take) {
    for (const pauseMs of [...pausesMs, null]) {
        try {
            return await once(url, options, take);
        } catch (error) {
            if (error instanceof Refused || pauseMs === null || options.signal?.aborted) {
                throw error;
            }
            await pause(pauseMs, undefined, { signal: options.signal });
        }
    }
    return null;
}

module.exports = { fetchFile };
