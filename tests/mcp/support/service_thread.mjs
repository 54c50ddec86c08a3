// The service of load_test.mjs, in a thread of its own.
import { createRequire } from 'node:module';
import net from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const require = createRequire(import.meta.url);
const { JobServer } = require('../../support/job_server.js');

const service = new JobServer({ renderMs: () => workerData.renderMs });
let open = 0;
let mostConnections = 0;

/** Counts the sockets that are open at once. */
function counting(listen) {
    return function listenAndCount(...args) {
        this.on('connection', (socket) => {
            open += 1;
            mostConnections = Math.max(mostConnections, open);
            let counted = true;
            const gone = () => {
                open -= counted ? 1 : 0;
                counted = false;
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
