// A way to the server that adds the token, for clients that cannot be told to send one. All else stays as it was sent,
// but for `change(body, headers)`, which may rewrite a request's body.
import http from 'node:http';

import { token } from './servers.mjs';

async function textOf(request) {
    const chunks = [];
    for await (const chunk of request) {
        chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
}

export async function withToken(t, url, change = (body) => body) {
    const { hostname, port } = new URL(url);
    const proxy = http.createServer(async (request, response) => {
        const headers = { ...request.headers, authorization: `Bearer ${token}` };
        delete headers['transfer-encoding'];
        const text = await textOf(request);
        const body = text === '' ? '' : change(text, headers);
        headers['content-length'] = Buffer.byteLength(body);
        const onward = http.request({ hostname, port, path: request.url, method: request.method, headers }, (answer) => {
            response.writeHead(answer.statusCode, answer.headers);
            answer.pipe(response);
        });
        onward.on('error', () => response.destroy());
        response.on('close', () => onward.destroy());
        onward.end(body);
    });
    await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    t.after(() => {
        proxy.close();
        proxy.closeAllConnections();
    });
    return `http://127.0.0.1:${proxy.address().port}/mcp`;
}
