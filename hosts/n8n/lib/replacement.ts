// Whether n8n gives an execution to another worker when the one that has it ends.
import fs from 'node:fs';
import path from 'node:path';

import { inQueueMode } from './worker';

function versionOfN8n(): string {
    try {
        const file = path.join(path.dirname(require.main?.filename ?? ''), '..', 'package.json');
        const { name, version } = JSON.parse(fs.readFileSync(file, 'utf8')) as { name: string; version: string };
        return name === 'n8n' ? version : '';
    } catch {
        return '';
    }
}

/** n8n 1 does, in queue mode. n8n 2 marks the execution as failed, and a person retries it. */
export function workerIsReplaced(): boolean {
    return inQueueMode() && versionOfN8n().startsWith('1.');
}
