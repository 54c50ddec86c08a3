// A way to the server that adds the token, for clients that cannot be told to send one. All else stays as it was sent.
import http from 'node:http';

import { token } from './servers.mjs';

export async function withToken(t, url) {
    const { hostname, port } = new URL(url);
    const proxy = http.createServer((request, response) => {
        const headers = { ...request.headers, authorization: `Bearer ${token}` };
        const onward = http.request({ hostname, port, path: request.url, method: request.method, headers }, (answer) => {
            response.writeHead(answer.statusCode, answer.headers);
            answer.pipe(response);
        });
        onward.on('error', () => response.destroy());
        response.on('close', () => onward.destroy());
        request.pipe(onward);
    });
    await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    t.after(() => {
        proxy.close();
        proxy.closeAllConnections();
    });
    return `http://127.0.0.1:${proxy.address().port}/mcp`;
}
