// What the tests share: the addon, the modules, and looking at this process.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import vm from 'node:vm';

export { load, ModuleError, RunError } from '../../hosts/node/index.js';

const here = path.dirname(fileURLToPath(import.meta.url));
await fs.promises.stat(here); // starts libuv's threads, so that they are not counted as the addon's
const build = path.resolve(process.env.WORKFLOW_NODE_BUILD_DIR ?? path.join(here, '..', '..', 'build'));

const require = createRequire(import.meta.url);
/** What the addon measures of itself; not part of its interface. */
const { measured } = require('../../hosts/node/lib/dispatch.js');

const broken = (file) => path.join(build, 'tests', 'abi', 'broken_modules', file);

export const modules = {
    pixelml: path.join(build, 'plugin', 'pixelml_nodes.so'),
    example: path.join(build, 'examples', 'module_c', 'example_module.so'),
    otherAbi: path.join(build, 'tests', 'abi', 'refused_modules', 'module_of_another_abi.so'),
    withoutEntry: path.join(build, 'tests', 'abi', 'refused_modules', 'module_without_entry.so'),
    incomplete: path.join(build, 'tests', 'abi', 'refused_modules', 'module_incomplete.so'),
    outputNull: broken('bad_output_null.so'),
    unknownOutcome: broken('bad_unknown_outcome.so'),
    failureWithoutError: broken('bad_failure_without_error.so'),
    resultNull: broken('bad_result_null.so'),
    checkpointNull: broken('bad_checkpoint_null.so'),
    completesTwice: broken('bad_completes_twice.so'),
    doubleCompletion: broken('broken_double_completion.so'),
    suspendedWithoutCheckpoint: broken('bad_suspended_without_checkpoint.so'),
    unknownOutcomeWithCheckpoint: broken('bad_unknown_outcome_with_checkpoint.so'),
    callback: process.env.CALLBACK_MODULE ?? path.join(build, 'tests', 'node', 'callback_module.so'),
};

/** Under a sanitizer everything is slower, and freed memory is kept for a while. */
export const sanitized = Boolean(process.env.WORKFLOW_NODE_SANITIZER);
export const repetitions = sanitized ? 20 : 100;

/** The largest time that the addon may take from the event loop at once. */
export const longestBlockMs = 50;

/**
 * Watches the event loop while `work` runs. What the machine does besides can make a slice of the addon look
 * longer than it is, never shorter: so it is tried up to three times, and the best one counts.
 */
export async function assertEventLoopFree(t, work) {
    for (let attempt = 1; ; attempt += 1) {
        Object.assign(measured, { slices: 0, events: 0, longestSliceMs: 0 });
        const delay = monitorEventLoopDelay({ resolution: 1 });
        let turns = 0;
        let turn = setImmediate(function next() {
            turns += 1;
            turn = setImmediate(next);
        });
        delay.enable();
        const started = performance.now();
        await work();
        const took = performance.now() - started;
        delay.disable();
        clearImmediate(turn);
        t.diagnostic(
            `${measured.events} events in ${took.toFixed(0)} ms (${((took / measured.events) * 1000).toFixed(2)} us each), ` +
                `${measured.slices} slices, the longest ${measured.longestSliceMs.toFixed(1)} ms; ` +
                `longest delay of the event loop ${(delay.max / 1e6).toFixed(1)} ms`,
        );
        assert.ok(turns >= measured.slices - 1, `${measured.slices} slices in ${turns} turns of the event loop`);
        if (measured.longestSliceMs <= longestBlockMs) {
            return;
        }
        assert.ok(attempt < 3, `a slice took ${measured.longestSliceMs} ms`);
    }
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Until the condition holds, or an error that says what was waited for. */
export async function until(condition, what, limitMs = 10_000) {
    const end = performance.now() + limitMs;
    while (!condition()) {
        if (performance.now() > end) {
            throw new Error(`not within ${limitMs} ms: ${what}`);
        }
        await sleep(5);
    }
}

export const threadCount = () => fs.readdirSync('/proc/self/task').length;
/** The kernel lists a thread for a moment after it was joined. */
export async function expectNoThreadLeft(before) {
    await until(() => threadCount() <= before, `more threads than the ${before} before`);
}
export const isMapped = (file) => fs.readFileSync('/proc/self/maps', 'utf8').includes(file);

v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc');

/** Collects garbage until the condition holds: what was just used may be on the stack for a while. */
export async function collectUntil(condition, what) {
    await until(
        () => {
            gc();
            return condition();
        },
        what,
    );
}

/** Runs a program of this folder: {code, signal, stdout, stderr}. */
export function runProgram(name, args = [], limitMs = 20_000, environment = {}) {
    return new Promise((resolve) => {
        const child = execFile(
            process.execPath,
            [path.join(here, 'programs', name), ...args],
            { timeout: limitMs, killSignal: 'SIGKILL', env: { ...process.env, ...environment } },
            (error, stdout, stderr) => {
                resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr });
            },
        );
    });
}

/** Calls the function `times` times, `width` at once. */
export async function repeat(times, width, once) {
    let next = 0;
    const lane = async () => {
        while (next < times) {
            next += 1;
            await once(next);
        }
    };
    await Promise.all(Array.from({ length: width }, lane));
}
