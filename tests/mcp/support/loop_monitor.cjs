'use strict';
// Preloaded into the server: for how long at once its own work held the event loop. A timer fires every few milliseconds;
// what the thread has computed between two of them is the longest block, however much else the machine had to do. How
// late the timers were is told beside it. Written to the file that LOOP_MONITOR names when the process gets SIGUSR2, and
// measured anew from then on.
const fs = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');

const everyMs = 2;
const late = monitorEventLoopDelay({ resolution: everyMs });
late.enable();

const schedule = fs.openSync(`/proc/self/task/${process.pid}/schedstat`); // of the thread that runs JavaScript
const buffer = Buffer.alloc(100);
function computedMs() {
    const length = fs.readSync(schedule, buffer, 0, buffer.length, 0);
    return Number(buffer.toString('latin1', 0, length).split(' ')[0]) / 1e6;
}

let longestMs = 0;
let before = computedMs();
setInterval(() => {
    const now = computedMs();
    longestMs = Math.max(longestMs, now - before);
    before = now;
}, everyMs).unref();

process.on('SIGUSR2', () => {
    const figures = { longestMs, longestDelayMs: Math.max(0, late.max / 1e6 - everyMs) };
    late.reset();
    longestMs = 0;
    fs.writeFileSync(`${process.env.LOOP_MONITOR}.new`, JSON.stringify(figures));
    fs.renameSync(`${process.env.LOOP_MONITOR}.new`, process.env.LOOP_MONITOR);
});
