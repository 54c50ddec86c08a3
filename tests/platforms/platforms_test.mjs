// The packages that scripts/package has put into dist/, as n8n installs them, on each platform.
//   PROGRAMS: a folder with what is built of programs/ for each platform
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import child from '../support/child.js';
import jobServer from '../support/job_server.js';
import installFlags from '../support/n8n_install_flags.js';
import waiting from '../support/waiting.js';

import {
    commandOn, dist, folder, hasPlatform, inModules, isEmulated, isMusl, librariesOf, machineOf, packageOf, runtimes, sysroots,
} from './machines.mjs';

const { PROGRAMS } = process.env;

const renderMs = 3000; // long enough to be killed in
let server;
before(async () => {
    const [key, cert] = ['key', 'cert'].map((name) => path.join(folder, `${name}.pem`));
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', ...subject];
    execFileSync('openssl', [...made, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const tls = { key: fs.readFileSync(key), cert: fs.readFileSync(cert) };
    server = await new jobServer.JobServer({ tls, renderMs: ({ prompt }) => (/killed|checked/.test(prompt) ? renderMs : 1) }).start();
});
after(() => server?.end());

/** Compiles a host in C for a platform, and is the command that starts it. */
function hostOn(platform, source) {
    const sysroot = path.join(sysroots, platform);
    const host = path.join(folder, `${path.basename(source, '.c')}-${platform}`);
    const compile = ['-D_GNU_SOURCE', '-O1', '-c', `-I${inModules('..', '..', 'sdk_headers')}`, source, '-o', `${host}.o`];
    const gcc = machineOf(platform) === 'aarch64' ? 'aarch64-linux-gnu-gcc' : 'gcc';
    const clang = ['-fuse-ld=lld', `-B${sysroot}/usr/lib`, '-rtlib=libgcc', '-unwindlib=none'];
    const [compiler, common, link] = isMusl(platform)
        ? ['clang-19', [`--target=${machineOf(platform)}-linux-musl`, `--sysroot=${sysroot}`], clang]
        : [gcc, [], [`--sysroot=${sysroot}`, ...librariesOf(platform).flatMap((name) => [`-L${name}`, `-B${name}`]), '-ldl', '-lpthread']];
    execFileSync(compiler, [...common, ...compile]);
    execFileSync(compiler, [...common, `${host}.o`, ...link, '-o', host]);
    return commandOn(platform, host);
}

/** Installs as n8n does from its list of community nodes; the registry is not asked, as everything is in the package. */
function installAsN8n() {
    const place = path.join(folder, 'n8n', 'nodes', 'node_modules', 'n8n-nodes-image-to-video');
    fs.mkdirSync(place, { recursive: true });
    execFileSync('tar', ['-xzf', packageOf('n8n-nodes-'), '-C', place, '--strip-components=1']);
    const file = path.join(place, 'package.json');
    const { devDependencies, peerDependencies, optionalDependencies, ...rest } = JSON.parse(fs.readFileSync(file, 'utf8'));
    fs.writeFileSync(file, JSON.stringify(rest, null, 2));
    execFileSync('npm', ['install', ...installFlags, '--offline'], { cwd: place, stdio: 'pipe' });
    return path.join(place, 'dist', 'native');
}
const native = installAsN8n();

function start(command, ...more) {
    const [program, ...args] = command;
    const { WORKFLOW_NODE_ADDON, ...env } = process.env;
    return new child.Child(program, [...args, inModules('there.js'), native, server.url, path.join(folder, 'cert.pem'), ...more], { env });
}

async function resultOf(process) {
    const ended = await waiting.within('the end of the program', process.closed, 60_000);
    assert.equal(ended.code, 0, process.output);
    return JSON.parse(process.output.trim().split('\n').at(-1));
}

let count = 0;
for (const [platform, name, commandOf] of [['linux-x64', "this machine's Node.js", () => [process.execPath]], ...runtimes]) {
    test(`${platform}: ${name}`, { timeout: 180_000, skip: !hasPlatform(platform) }, async () => {
        const command = commandOf();
        const file = path.join(native, 'modules', platform, 'pixelml_nodes.so');
        const [, build] = /Build ID: (\w{16})/.exec(execFileSync('readelf', ['-n', file], { encoding: 'utf8' }));
        const found = await resultOf(start(command));
        assert.equal(found.file, file);
        assert.ok(found.version.endsWith(`+${build}`), found.version);
        assert.deepEqual([found.actionId, found.outcome], ['image_to_video', 'succeeded']);

        count += 1;
        const prompt = `killed ${count}.`;
        const checkpoint = path.join(folder, `checkpoint-${count}`);
        const killed = start(command, prompt, checkpoint);
        await waiting.until(() => `the job to be polled:\n${killed.output}`, () => server.recordedJobsOf(prompt).length === 1, 60_000);
        await killed.end('SIGKILL');
        const resumed = await resultOf(start(command, prompt, checkpoint));
        assert.equal(resumed.outcome, 'succeeded');
        assert.deepEqual(server.jobsOf(prompt).map(({ submits }) => submits), [1]);
    });
}

const connectionOfHosts = () => {
    const ca_file = path.join(folder, 'cert.pem');
    return { api_key: 'k', base_url: server.url, ca_file, allow_insecure_loopback: true, check_image: false };
};

/** Runs a program, which may read a connection; {code, output}. */
async function ended([program, ...args], limitMs = 120_000, env = {}) {
    const host = new child.Child(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    host.process.stdin.on('error', () => {}); // not everyone reads it
    host.process.stdin.end(JSON.stringify(connectionOfHosts()));
    const { code } = await waiting.within(`the end of ${program}`, host.closed, limitMs);
    return { code, output: host.output.trim() };
}

for (const platform of ['linux-x64', 'linux-arm64', 'linux-x64-musl', 'linux-arm64-musl']) {
    const options = { timeout: 240_000, skip: !hasPlatform(platform) };
    const module = path.join(native, 'modules', platform, 'pixelml_nodes.so');
    const hostOf = (name, place = inModules('..', 'abi', 'boundary')) => hostOn(platform, path.join(place, `${name}.c`));

    test(`${platform}: a host in C loads and unloads it`, options, async (t) => {
        const mostGrowth = isEmulated(platform) ? 0 : 2048; // KiB; that of the emulator says nothing
        const { code, output } = await ended([...hostOf('guest_cycles'), module, '100', `${mostGrowth}`]);
        assert.equal(code, 0, output);
        t.diagnostic(output);
    });

    if (isMusl(platform)) {
        test(`${platform}: its threads have more stack than musl gives`, options, async () => {
            const { code, output } = await ended([...hostOf('thread_stacks', inModules()), module]);
            assert.equal(code, 0, output);
        });
    }

    test(`${platform}: the boundary's tests`, { ...options, timeout: 600_000 }, async (t) => {
        // These start other programs, or need an OpenSSL of the host's.
        const others = '-*/Cycles.*:*/SecretsAfterRun.*:GuestManners.Exit*:Copies.TheHostsOwnOpenssl*';
        const ofEmulator = isEmulated(platform) ? ':GuestManners.ThreadsTakeNoSignalOfTheHost' : ''; // it keeps signals to itself
        const program = commandOn(platform, path.join(PROGRAMS, platform, 'boundary_tests'));
        const { code, output } = await ended([...program, `--gtest_filter=${others}${ofEmulator}`, '--gtest_brief=1'], 500_000);
        assert.equal(code, 0, output);
        const [, count] = /(\d+) tests from .* ran/.exec(output) ?? [output, 0];
        assert.ok(count > 150, output);
        t.diagnostic(`${count} tests`);
    });

    test(`${platform}: what checks a module finds nothing`, options, async (t) => {
        const program = commandOn(platform, path.join(PROGRAMS, platform, 'module_checker'));
        const connection = path.join(folder, 'connection.json');
        fs.writeFileSync(connection, JSON.stringify(connectionOfHosts()));
        const args = ['check', module, '--connection', connection, '--json', '--set', 'prompt=checked', '--set', 'image=https://example.com/a.png', '--set', 'negative_prompt=none'];
        const { code, output } = await ended([...program, ...args], 200_000, { STARTED_BY: program.join('\n') });
        assert.equal(code, 0, output);
        const tests = output.split('\n').map((line) => JSON.parse(line));
        t.diagnostic(JSON.stringify(tests.at(-1)));
        // The C++ library is not the system's: that it catches what a host throws is one of the boundary's tests.
        assert.deepEqual(tests.filter(({ outcome }) => outcome === 'skipped').map(({ test: name }) => name), ['throwing']);
    });

    test(`${platform}: a host in C exits amid its runs`, options, async () => {
        const host = hostOf('exit_amid_runs');
        for (let seed = 0; seed < 100; ++seed) {
            const { code, output } = await ended([...host, module, `${seed}`]);
            assert.equal(code, 40 + (seed % 50), `seed ${seed}: ${output}`);
        }
    });
}

test('both packages have equal binaries, and nothing that an installer leaves out or runs', () => {
    const place = path.join(folder, 'node-red');
    fs.mkdirSync(place);
    execFileSync('tar', ['-xzf', packageOf('node-red-'), '-C', place, '--strip-components=1']);
    const installed = path.join(native, '..', '..');
    for (const [root, of] of [[place, path.join(place, 'native')], [installed, native]]) {
        const description = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
        assert.deepEqual([description.os, description.cpu, description.optionalDependencies], [['linux'], ['x64', 'arm64'], undefined]);
        assert.deepEqual(['preinstall', 'install', 'postinstall'].filter((name) => name in (description.scripts ?? {})), []);
        for (const platform of fs.readdirSync(path.join(dist, 'native'))) {
            for (const [file, name] of [['modules', 'pixelml_nodes.so'], ['addon/prebuilds', 'workflow_node.node']]) {
                const packed = fs.readFileSync(path.join(of, file, platform, name));
                assert.ok(packed.equals(fs.readFileSync(path.join(dist, 'native', platform, name))), `${name} of ${platform} in ${root}`);
            }
        }
    }
});
