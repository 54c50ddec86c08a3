// Says when runs are under way, and waits for its end.
import { parentPort, workerData } from 'node:worker_threads';

import { startBusyRuns } from './busy_runs.mjs';

startBusyRuns(workerData, () => parentPort.postMessage('busy'));
