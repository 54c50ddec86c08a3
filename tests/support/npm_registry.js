'use strict';
// A registry of npm on the loopback, with the versions of packed packages.
const crypto = require('node:crypto');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');

const { descriptionIn } = require('./packed_package');

class NpmRegistry {
    #packages = new Map(); // name -> version -> {description, bytes}
    #server;

    async start() {
        this.#server = http.createServer((request, response) => this.#answer(request, response));
        this.#server.listen(0, '127.0.0.1');
        await once(this.#server, 'listening');
        this.url = `http://127.0.0.1:${this.#server.address().port}`;
        return this;
    }

    end() {
        this.#server.close();
        this.#server.closeAllConnections();
    }

    /** The newest is the one that is published last. */
    publish(file) {
        const description = descriptionIn(file);
        const versions = this.#packages.get(description.name) ?? new Map();
        versions.set(description.version, { description, bytes: fs.readFileSync(file) });
        this.#packages.set(description.name, versions);
    }

    tarballUrl({ name, version }) {
        return `${this.url}/${name}/-/${version}.tgz`;
    }

    #document({ description, bytes }) {
        const integrity = `sha512-${crypto.createHash('sha512').update(bytes).digest('base64')}`;
        return { ...description, dist: { tarball: this.tarballUrl(description), integrity } };
    }

    #answer({ url }, response) {
        const [name, ...rest] = decodeURIComponent(url).slice(1).split('/');
        const versions = this.#packages.get(name);
        const latest = [...(versions?.keys() ?? [])].at(-1);
        const sendJson = (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
        if (versions === undefined) {
            response.writeHead(404).end('{}');
        } else if (rest.length === 0) {
            const all = [...versions].map(([version, one]) => [version, this.#document(one)]);
            sendJson({ name, 'dist-tags': { latest }, versions: Object.fromEntries(all) });
        } else {
            const [version] = rest.at(-1).split('.tgz');
            const one = versions.get(version === 'latest' ? latest : version);
            if (one === undefined) {
                response.writeHead(404).end('{}');
            } else if (rest[0] === '-') {
                response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(one.bytes);
            } else {
                sendJson(this.#document(one));
            }
        }
    }
}

module.exports = { NpmRegistry };
