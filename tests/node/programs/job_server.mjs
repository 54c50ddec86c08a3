// The job server in a thread of its own, so that the event loop under test is free. Tells its port; answers "count".
import { parentPort } from 'node:worker_threads';

import { JobServer } from '../../support/job_server.js';

const server = await new JobServer({ renderMs: ({ prompt }) => (prompt === 'slow' ? 1500 : 300) }).start();
parentPort.postMessage(Number(new URL(server.url).port));
parentPort.on('message', () => parentPort.postMessage(server.jobs.size));
