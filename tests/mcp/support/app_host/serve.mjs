// The host's page for a browser, at one origin with a way to the server.
import http from 'node:http';
import path from 'node:path';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

import { rolldown } from 'rolldown';

import { token } from '../servers.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

async function bundled() {
    const build = await rolldown({ input: path.join(here, 'host.js'), platform: 'browser', logLevel: 'silent' });
    const { output } = await build.generate({ format: 'esm', codeSplitting: false });
    return output[0].code;
}

/** The address of the page. */
export async function serveHost(t, url) {
    const { hostname, port } = new URL(url);
    const files = { '/': ['text/html', fs.readFileSync(path.join(here, 'host.html'))], '/host.js': ['text/javascript', await bundled()] };
    const server = http.createServer((request, response) => {
        if (files[request.url]) {
            const [type, body] = files[request.url];
            response.writeHead(200, { 'content-type': type }).end(body);
            return;
        }
        const headers = { ...request.headers, authorization: `Bearer ${token}` };
        const onward = http.request({ hostname, port, path: request.url, method: request.method, headers }, (answer) => {
            response.writeHead(answer.statusCode, answer.headers);
            answer.pipe(response);
        });
        onward.on('error', () => response.destroy());
        response.on('close', () => onward.destroy());
        request.pipe(onward);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => {
        server.close();
        server.closeAllConnections();
    });
    return `http://127.0.0.1:${server.address().port}/`;
}
