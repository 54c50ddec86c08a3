// Uses the modules, closes its sessions, and ends because nothing is left to do.
import { parentPort, workerData } from 'node:worker_threads';

import { load } from '../../../hosts/node/index.js';
import { startBusyRuns } from './busy_runs.mjs';

const session = load(workerData.example).open();
const echoes = await Promise.all(
    Array.from({ length: 200 }, () => session.execute({ node: 'echo', input: { text: '' } })),
);
const busy = await new Promise((resolve) => {
    const runs = startBusyRuns(workerData, () => resolve(runs));
});
await Promise.all(busy.sessions.map((each) => each.close()));
const results = await Promise.all(busy.ended);
parentPort.postMessage({
    succeeded: echoes.filter(({ outcome }) => outcome === 'succeeded').length,
    ended: results.length,
});
