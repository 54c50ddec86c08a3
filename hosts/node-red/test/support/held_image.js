'use strict';
// A photo whose download can be held up, so that a job at the sandbox stays in rendering for as long as a test looks.
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const { photo } = require('./places');

async function serveImage() {
    const bytes = fs.readFileSync(photo);
    const waiting = [];
    let held = false;
    const answer = (response) => response.writeHead(200, { 'content-type': 'image/jpeg' }).end(bytes);
    const server = http.createServer((_request, response) => (held ? waiting.push(response) : answer(response)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
        url: `http://127.0.0.1:${server.address().port}/image`,
        hold() {
            held = true;
        },
        release() {
            held = false;
            waiting.splice(0).forEach(answer);
        },
        end() {
            server.close();
            server.closeAllConnections();
        },
    };
}

module.exports = { serveImage };
