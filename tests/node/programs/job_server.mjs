// The API in small: a job is done a while after it was submitted. Tells its port; answers "count".
import { createServer } from 'node:http';
import { parentPort } from 'node:worker_threads';

const jobs = new Map(); // id -> when it is done

function reply(response, status, body) {
    const text = JSON.stringify(body);
    response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
    response.end(text);
}

const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
        if (request.method === 'POST') {
            const id = `job_${jobs.size + 1}`;
            const slow = JSON.parse(Buffer.concat(chunks)).prompt === 'slow';
            jobs.set(id, performance.now() + (slow ? 1500 : 300));
            reply(response, 202, { id, status: 'queued', eta_seconds: 0.3 });
            return;
        }
        const id = request.url.split('/').pop();
        const done = performance.now() >= jobs.get(id);
        const { port } = server.address();
        reply(response, 200, {
            id,
            ...(done
                ? { status: 'succeeded', output: { video: `http://127.0.0.1:${port}/${id}.mp4` } }
                : { status: 'running', progress: 0.5, eta_seconds: 0.2 }),
        });
    });
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
parentPort.on('message', () => parentPort.postMessage(jobs.size));
