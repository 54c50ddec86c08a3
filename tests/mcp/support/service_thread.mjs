// The service of load_test.mjs, in a thread of its own.
import { createRequire } from 'node:module';
import net from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const require = createRequire(import.meta.url);
const { JobServer } = require('../../support/job_server.js');

const service = new JobServer({ renderMs: () => workerData.renderMs });
let open = 0;
let mostConnections = 0;

/** Counts the sockets that are open at once, but for those of downloads: each of these has one of its own. */
function counting(listen) {
    return function listenAndCount(...args) {
        const counted = new WeakSet();
        this.on('request', ({ url, socket }) => {
            if (url.startsWith('/videos/') || counted.has(socket)) {
                return;
            }
            counted.add(socket);
            open += 1;
            mostConnections = Math.max(mostConnections, open);
            const gone = () => {
                open -= counted.delete(socket) ? 1 : 0;
            };
            socket.on('end', gone); // before it is closed here, the next may be open
            socket.on('close', gone);
        });
        return listen.apply(this, args);
    };
}
net.Server.prototype.listen = counting(net.Server.prototype.listen);

parentPort.on('message', async (message) => {
    if (message === 'start') {
        await service.start();
        parentPort.postMessage({ url: service.url, image: `${service.url}/image` });
    } else {
        parentPort.postMessage({ jobs: service.jobs.size, mostConnections });
    }
});
