// Ends in the way that is asked for, amid runs.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import { startBusyRuns } from './busy_runs.mjs';

const { how, after, modules } = workerData ?? JSON.parse(process.argv[2]);
const ends = {
    callback: () => process.exit(7),
    timer: () => setTimeout(() => process.exit(7), after),
    'uncaught exception': () =>
        setTimeout(() => {
            throw new Error('on purpose');
        }, after),
    'in a worker': () => setTimeout(() => process.exit(7), after),
    'with a worker': () => parentPort.postMessage('busy'),
    'at once': () => {},
};
if (isMainThread && how.endsWith('a worker')) {
    const worker = new Worker(new URL(import.meta.url), { workerData: { how, after, modules } });
    worker.on('message', () => setTimeout(() => process.exit(7), after)); // with a worker
    worker.on('exit', (code) => process.exit(code)); // in a worker
} else {
    startBusyRuns(modules, ends[how]);
    if (how === 'at once') {
        process.exit(7);
    }
}
