'use strict';
// Runs on another platform, with the native part of a package: loads the addon and the module that are for it, has a job made
// over TLS, and opens and closes a hundred sessions. Prints what it found as JSON.
//   there.js NATIVE URL CA_FILE [PROMPT CHECKPOINT_FILE]
// With the last two, only a run with that prompt is made, which goes on from the checkpoint in the file when there is one.
const fs = require('node:fs');
const path = require('node:path');

const [native, url, caFile, prompt, checkpointFile] = process.argv.slice(2);
const { load } = require(path.join(native, 'addon'));
const { bundledModules } = require(path.join(native, 'durable', 'bundled_modules'));

const requestWith = (words) => ({
    node: 'image_to_video',
    input: { prompt: words, image: 'https://example.com/a.png', negative_prompt: null },
    connection: { api_key: 'secret', base_url: url, ca_file: caFile, allow_insecure_loopback: true, check_image: false },
});

async function runOnce(module, request) {
    const session = module.open();
    try {
        return await session.execute(request);
    } finally {
        await session.close();
    }
}

async function main() {
    const [file] = bundledModules(path.join(native, 'modules'));
    const module = load(file);
    if (prompt) {
        const checkpoint = fs.existsSync(checkpointFile) ? JSON.parse(fs.readFileSync(checkpointFile, 'utf8')) : undefined;
        const onCheckpoint = (kept) => fs.writeFileSync(checkpointFile, JSON.stringify(kept));
        return runOnce(module, { ...requestWith(prompt), runKey: prompt, checkpoint, onCheckpoint });
    }
    const [{ actionId }] = module.nodes;
    const { outcome } = await runOnce(module, requestWith('over TLS'));
    for (let cycle = 0; cycle < 100; ++cycle) {
        await module.open().close();
    }
    return { file, version: module.version, actionId, outcome };
}

main().then(
    (result) => console.log(JSON.stringify(result)),
    (error) => {
        console.log(error.stack, JSON.stringify(error));
        process.exitCode = 1;
    },
);
