// The packed package, away from this repository.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { packageDirectory, temporaryDirectory } from './support/places.mjs';
import { callTool, client, connectStdio, setUp, startService, videoOf } from './support/servers.mjs';

test('what npm packs has all that it needs, beside its dependency', { timeout: 120_000 }, async (t) => {
    const directory = temporaryDirectory();
    const options = { cwd: packageDirectory, encoding: 'utf8', env: { ...process.env, npm_config_loglevel: 'error' } };
    const [{ filename, files }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', directory], options));
    const names = files.map((file) => file.path);
    for (const name of ['LICENSE', 'README.md', 'workflow-node-mcp.js', 'app/run.html', 'native/modules/linux-x64/pixelml_nodes.so']) {
        assert.ok(names.includes(name), name);
    }
    assert.deepEqual(names.filter((name) => /test|node_modules|\.env/.test(name)), []);
    execFileSync('tar', ['xzf', path.join(directory, filename), '-C', directory]);
    fs.symlinkSync(path.join(packageDirectory, 'node_modules'), path.join(directory, 'node_modules'));
    const program = path.join(directory, 'package', 'workflow-node-mcp.js');
    const { version } = JSON.parse(fs.readFileSync(path.join(directory, 'package', 'package.json'), 'utf8'));
    assert.equal(execFileSync(program, ['--version'], { encoding: 'utf8' }).trim(), version);
    assert.throws(() => execFileSync(program, ['--max-per-hour', 'many'], { stdio: 'pipe', env: { ...process.env, HOME: directory } }), { status: 2 });

    const service = await startService(t, { renderMs: () => 100 });
    const setup = setUp(service);
    const one = client.new();
    await connectStdio(t, one, { ...setup, command: program, args: setup.args.slice(1) });
    const result = await callTool(one, { name: 'image_to_video', arguments: videoOf(service, 'Zoom') });
    assert.equal(result.structuredContent.status, 'succeeded');
});
