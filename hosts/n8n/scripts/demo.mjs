// Starts n8n with this package, its example workflows, and a credential for the sandbox; ends it on SIGINT or SIGTERM.
//   node demo.mjs n8n|n8n-queue CONNECTION PHOTO_URL
// CONNECTION is the connection's JSON.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { Bucket } from '../../../tests/n8n/support/bucket.mjs';
import { N8n, shortLocks } from '../../../tests/n8n/support/n8n.mjs';

const [kind, connection, photo] = process.argv.slice(2);
const examples = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'examples');

const environment = { ...shortLocks, OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true' };
const n8n = new N8n({ queue: kind === 'n8n-queue', environment });
const bucket = new Bucket(); // from which the sandbox fetches what a form was given
let ending;
const end = () => (ending ??= n8n.end().then(() => bucket.end()).then(() => process.exit()));
process.on('SIGINT', end);
process.on('SIGTERM', end);

/** As the credential's form keeps it: a choice and an object are texts. */
function asCredential(members) {
    const kept = ([name, value]) => {
        const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
        return [name, typeof value === 'object' || name === 'idempotent_submit' ? text : value];
    };
    return Object.fromEntries(Object.entries(members).map(kept));
}

/** Nothing but the credential that there is. */
const isForSandbox = ({ nodes }) => nodes.every(({ credentials = {} }) => Object.keys(credentials).every((type) => type === 'pixelMlApi'));

/** What the examples have in place of a photo and of a table. */
function forSandbox(workflow, credential, values) {
    for (const node of workflow.nodes) {
        if (node.credentials) {
            node.credentials.pixelMlApi = { id: credential.id, name: credential.name };
        }
        for (const assignment of node.parameters.assignments?.assignments ?? []) {
            assignment.value = values[assignment.name] ?? assignment.value;
        }
    }
    return workflow;
}

try {
    await n8n.start({ workers: 2 });
    await bucket.start();
    const storage = { endpoint: bucket.url, bucket: 'photos', access_key: 'any', secret_key: 'any' };
    const credential = await n8n.addCredential(asCredential({ ...JSON.parse(connection), storage }));
    const row = { image: photo, status: 'ready', approval: '', video: '', note: '' };
    const prompts = ['Slow zoom in', 'Pan slowly to the left'];
    const table = await n8n.addDataTable('Videos', prompts.map((prompt) => ({ prompt, ...row })));
    for (const name of fs.readdirSync(examples)) {
        const workflow = JSON.parse(fs.readFileSync(path.join(examples, name), 'utf8'));
        if (!isForSandbox(workflow)) {
            continue;
        }
        await n8n.addWorkflow(forSandbox(workflow, credential, { image: photo, table: table.id }));
    }
    if (kind === 'n8n-queue') {
        const pids = n8n.workers.map(({ pid }) => pid).join(' and ');
        console.error(`==> Two workers run, the processes ${pids}. End one with kill -9 while a video renders: within ten`);
        console.error('    seconds or so the other one goes on with the same job.');
    }
    console.error(`==> Sign in as ${n8n.owner.email}, password ${n8n.owner.password}. Ctrl-C ends it.`);
    console.log(n8n.url);
} catch (error) {
    if (!ending) {
        console.error(error.message);
        await n8n.end();
        process.exit(1);
    }
}
