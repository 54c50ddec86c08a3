// Executes the package's node once, in a process that may be killed. Prints its item, and how often the file was asked for.
//   node execute_node.mjs '{"parameters": …, "credentials": …, "photo": the path of the item's file}'
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { contextOf } from '../support/built_package.mjs';
import { repository } from '../support/places.mjs';

const require = createRequire(import.meta.url);
const dist = path.join(repository, 'hosts', 'n8n', 'dist');
const { ImageToVideo } = require(path.join(dist, 'nodes', 'ImageToVideo', 'ImageToVideo.node.js'));
const { worker } = require(path.join(dist, 'lib', 'worker.js'));

const { parameters, credentials, photo } = JSON.parse(process.argv[2]);
const binary = { data: { mimeType: 'image/jpeg', data: fs.readFileSync(photo, 'base64') } };
const { session } = worker;
const { execute } = session;
let asked = 0;
session.execute = (run) => {
    const counted = ([name, open]) => [name, (request) => ((asked += 1), open(request))];
    const attachments = Object.fromEntries(Object.entries(run.attachments).map(counted));
    return execute.call(session, { ...run, attachments });
};
const type = new ImageToVideo();
const [[{ json }]] = await type.execute.call(contextOf(type, parameters, { credentials, binary }));
console.log(`result ${JSON.stringify({ json, asked })}`);
await session.close();
