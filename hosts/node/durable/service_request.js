'use strict';
// Sends a request as a run would: it trusts the authorities that the module trusts, and ignores the environment's proxy. For
// checks of connections.
const fs = require('node:fs/promises');
const http = require('node:http');
const https = require('node:https');
const path = require('node:path');
const tls = require('node:tls');

const patienceMs = 5000;

// Where distributions keep the bundle: as plugin/http/tls.cpp has them.
const wellKnownBundles = [
    '/etc/ssl/certs/ca-certificates.crt',
    '/etc/pki/tls/certs/ca-bundle.crt',
    '/etc/ssl/ca-bundle.pem',
    '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
    '/etc/ssl/cert.pem',
];

const textOf = (file) => fs.readFile(file, 'utf8').catch(() => null);

/** What OpenSSL finds in a directory of certificates: files named by their subjects' hashes. */
async function inDirectory(directory) {
    const names = await fs.readdir(directory).catch(() => []);
    return Promise.all(names.filter((name) => /^[0-9a-f]{8}\.\d+$/.test(name)).map((name) => textOf(path.join(directory, name))));
}

async function systemAuthorities({ SSL_CERT_FILE: file, SSL_CERT_DIR: directories }) {
    if (file !== undefined || directories !== undefined) {
        const texts = await Promise.all([textOf(file ?? ''), ...(directories ?? '').split(':').map(inDirectory)]);
        return texts.flat();
    }
    for (const bundle of wellKnownBundles) {
        const text = await textOf(bundle);
        if (text !== null) {
            return [text];
        }
    }
    return [];
}

async function authorities(caFile, environment = process.env) {
    if (caFile) {
        return [await fs.readFile(caFile, 'utf8')];
    }
    const found = await systemAuthorities(environment);
    return [...found.filter((text) => text !== null), ...tls.rootCertificates];
}

async function statusOf(url, { method = 'GET', headers = {}, caFile } = {}) {
    const secure = new URL(url).protocol === 'https:';
    const options = { method, headers, agent: false, ca: secure ? await authorities(caFile) : undefined };
    return await new Promise((resolve, reject) => {
        let late;
        const request = (secure ? https : http).request(url, options, (response) => {
            clearTimeout(late);
            response.destroy();
            resolve(response.statusCode ?? 0);
        });
        // Not the socket's own time-out, which begins anew with every byte.
        late = setTimeout(() => request.destroy(new Error(`no answer in ${patienceMs / 1000} s`)), patienceMs);
        request.on('error', (error) => {
            clearTimeout(late);
            reject(new Error(error.message || error.code));
        });
        request.end();
    });
}

module.exports = { authorities, statusOf };
