// Uses all that the addon gives memory to, in a worker that ends by itself and in one that is terminated.
import { Worker } from 'node:worker_threads';

import { load } from '../../../hosts/node/index.js';

const workerData = JSON.parse(process.argv[2]);
globalThis.modules = [load(workerData.callback), load(workerData.example)]; // stay: leaks in them have names
const worker = (name) => new Worker(new URL(name, import.meta.url), { workerData });
const ended = worker('./worker_to_its_end.mjs');
ended.on('exit', () => {
    const terminated = worker('./worker_amid_runs.mjs');
    terminated.on('message', () => terminated.terminate());
});
