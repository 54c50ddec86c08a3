'use strict';
// One request, and its reply as it comes. Whom it may connect to is looked at where the connection is made, whatever a name
// meant before.
const dns = require('node:dns');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const path = require('node:path');
const tls = require('node:tls');

const { FileProblem } = require('./file_problem');
const { isLoopbackHost, withoutBrackets } = require('./inner_address');

const userAgent = 'workflow-node';
const second = 1000;

/** connectMs: until there is a connection. A reply that brings less than slowBytes a second for slowMs is too slow. */
const usualLimits = { connectMs: 30 * second, slowBytes: 1000, slowMs: 30 * second };

// As the module does: the connection's authorities, else the environment's, else the system's.
const systemBundles = [
    '/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem',
    '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem', '/etc/ssl/cert.pem',
];

function filesIn(folder) {
    const names = fs.readdirSync(folder).filter((name) => /^[0-9a-f]{8}\.\d+$/.test(name)); // of the hash of their subjects
    return names.map((name) => path.join(folder, name));
}

function authorities(caFile) {
    if (caFile !== null) {
        return [caFile];
    }
    const { SSL_CERT_FILE: file, SSL_CERT_DIR: folders } = process.env;
    const named = [...(file ? [file] : []), ...(folders ? folders.split(':').flatMap(filesIn) : [])];
    return file || folders ? named : systemBundles.filter((bundle) => fs.existsSync(bundle)).slice(0, 1);
}

/** Node.js's own authorities where there are no others. */
function trustOf({ caFile }) {
    const files = authorities(caFile);
    return tls.createSecureContext({ ca: files.length > 0 ? files.map((file) => fs.readFileSync(file)) : undefined });
}

const untrusted = () => new FileProblem('not_trusted', "its server's certificate is not trusted");
const innerAddress = () =>
    new FileProblem('redirect_refused', 'its URL redirects to an address that is not of the public internet');
const cutOff = () => new FileProblem('cut_off', 'the reply was cut off', { mayPass: true });
const tooSlow = () => new FileProblem('too_slow', 'its server is too slow', { mayPass: true });

function problemOf(error, socket) {
    if (error instanceof FileProblem) {
        return error;
    }
    if (socket?.authorizationError) {
        return untrusted();
    }
    if (['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(error.code)) {
        return cutOff();
    }
    return new FileProblem('unreachable', `its server cannot be reached (${error.code ?? error.message})`, { mayPass: true });
}

/** A look-up that finds no address for which `isRefused`. */
function lookupWithout(isRefused) {
    return (name, options, callback) => {
        dns.lookup(name, { ...options, all: true }, (error, found = []) => {
            const allowed = found.filter(({ address }) => !isRefused(address));
            const problem = error ?? (allowed.length === 0 ? innerAddress() : null);
            if (problem !== null) {
                callback(problem);
            } else if (options.all) {
                callback(null, allowed);
            } else {
                callback(null, allowed[0].address, allowed[0].family);
            }
        });
    };
}

const portOf = ({ port, protocol }) => port || (protocol === 'https:' ? 443 : 80);

function refusedByProxy(status) {
    return new FileProblem('proxy_refused', `the proxy does not connect to its server (HTTP ${status})`, { mayPass: status >= 500 });
}

/**
 * The arguments of the request's event. Rejects with what happens instead: an error, the signal's reason, another protocol, after
 * which Node.js says no more of the request, or its end.
 */
function answerTo(request, event, signal) {
    return new Promise((resolve, reject) => {
        const stop = () => reject(signal.reason);
        signal.addEventListener('abort', stop, { once: true });
        request.once(event, (...answer) => resolve(answer));
        request.once('error', reject);
        request.once('upgrade', ({ statusCode }, socket) => {
            socket.destroy();
            reject(new FileProblem('server_trouble', `its server answers with HTTP ${statusCode}`));
        });
        request.once('close', () => {
            signal.removeEventListener('abort', stop);
            reject(cutOff());
        });
    });
}

/** The socket of a proxy that has connected to the URL's server. */
async function tunnel(proxy, url, signal) {
    const to = `${url.hostname}:${portOf(url)}`;
    const user = [proxy.username, proxy.password].map(decodeURIComponent).join(':');
    const authorization = proxy.username ? { 'Proxy-Authorization': `Basic ${Buffer.from(user).toString('base64')}` } : {};
    const request = http.request({
        host: withoutBrackets(proxy.hostname),
        port: portOf(proxy),
        method: 'CONNECT',
        path: to,
        headers: { Host: to, 'User-Agent': userAgent, ...authorization },
        agent: false,
        signal,
    });
    request.end();
    const [response, socket] = await answerTo(request, 'connect', signal);
    if (response.statusCode < 200 || response.statusCode > 299) {
        socket.destroy();
        throw refusedByProxy(response.statusCode);
    }
    return socket;
}

/** Calls onSlow when too little has come for too long. */
function watchSpeed(socket, { slowBytes, slowMs }, onSlow) {
    const tick = Math.min(second, slowMs);
    let before = socket.bytesRead;
    let slowFor = 0;
    const timer = setInterval(() => {
        const isSlow = socket.bytesRead - before < (slowBytes * tick) / second;
        before = socket.bytesRead;
        slowFor = isSlow ? slowFor + tick : 0;
        if (slowFor >= slowMs) {
            onSlow();
        }
    }, tick);
    socket.once('close', () => clearInterval(timer));
}

async function* bodyOf(response, reasonFor) {
    try {
        yield* response;
    } catch (error) {
        throw reasonFor(error);
    }
}

/**
 * The reply: {status, headers, body, address, leave}. `address`: of the server, null behind a proxy. Whoever has the reply
 * calls leave in the end. `isRefused`: of an address; null: none is. Rejects with a FileProblem, or the signal's reason.
 */
async function get({ url, headers }, { access, trust, isRefused, limits, signal }) {
    const isSecure = url.protocol === 'https:';
    // A proxy has a loopback of its own.
    const proxy = access.proxy === null || isLoopbackHost(url.hostname) ? null : new URL(access.proxy);
    const ending = new AbortController();
    const stop = () => ending.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    const connecting = setTimeout(
        () => ending.abort(new FileProblem('too_slow', 'there is no connection to its server', { mayPass: true })),
        limits.connectMs,
    );
    let socket;
    const reasonFor = (error) => {
        if (signal.aborted) {
            return signal.reason;
        }
        return problemOf(ending.signal.aborted ? ending.signal.reason : error, socket);
    };
    try {
        signal.throwIfAborted();
        const through = proxy && (await tunnel(proxy, url, ending.signal));
        const host = withoutBrackets(url.hostname);
        const secrecy = isSecure ? { secureContext: trust(), servername: net.isIP(host) === 0 ? host : '' } : {};
        const request = (isSecure ? https : http).request({
            host,
            port: portOf(url),
            path: `${url.pathname}${url.search}`,
            headers: { Host: url.host, 'User-Agent': userAgent, 'Accept-Encoding': 'identity', ...headers },
            lookup: isRefused === null || proxy ? undefined : lookupWithout(isRefused),
            signal: ending.signal,
            ...secrecy,
            ...(through
                ? { createConnection: () => (isSecure ? tls.connect({ socket: through, host, ...secrecy }) : through) }
                : { agent: false }),
        });
        request.on('error', () => {}); // once there is a reply, it is the reply's
        request.once('socket', (one) => {
            socket = one;
            const isOpen = () => {
                clearTimeout(connecting);
                watchSpeed(one, limits, () => ending.abort(tooSlow()));
            };
            if (through && !isSecure) {
                isOpen();
            } else {
                one.once(isSecure ? 'secureConnect' : 'connect', isOpen);
            }
        });
        request.end();
        const [response] = await answerTo(request, 'response', ending.signal);
        const leave = () => {
            signal.removeEventListener('abort', stop);
            response.destroy();
        };
        const address = proxy ? null : socket.remoteAddress;
        return { status: response.statusCode, headers: response.headers, body: bodyOf(response, reasonFor), address, leave };
    } catch (error) {
        signal.removeEventListener('abort', stop);
        throw reasonFor(error);
    } finally {
        clearTimeout(connecting);
    }
}

module.exports = { get, trustOf, usualLimits };
