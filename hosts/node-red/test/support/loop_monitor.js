'use strict';
// Preloaded into Node-RED: how long its event loop was held up, and how much of that was the addon. Written to the file
// that LOOP_MONITOR names, twice a second.
const fs = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');

const resolution = 2;
const loop = monitorEventLoopDelay({ resolution });
loop.enable();

const found = (file) => Object.values(require.cache).find((module) => module.filename.endsWith(`native/addon/lib/${file}`))?.exports;

const execute = { longestMs: 0, totalMs: 0, calls: 0 };
function timeExecute({ Session }) {
    const original = Session.prototype.execute;
    Session.prototype.execute = function timed(...options) {
        const started = performance.now();
        try {
            return original.apply(this, options);
        } finally {
            const took = performance.now() - started;
            execute.calls += 1;
            execute.totalMs += took;
            execute.longestMs = Math.max(execute.longestMs, took);
        }
    };
}

let timed = false;
setInterval(() => {
    const session = found('session.js');
    if (session && !timed) {
        timeExecute(session);
        timed = true;
        loop.reset(); // the start of Node-RED is not what is measured
    }
    const figures = {
        timed,
        loopLongestMs: Math.max(0, loop.max / 1e6 - resolution),
        loopMeanMs: Math.max(0, loop.mean / 1e6 - resolution),
        execute,
        dispatch: found('dispatch.js')?.measured,
    };
    fs.writeFileSync(`${process.env.LOOP_MONITOR}.new`, JSON.stringify(figures));
    fs.renameSync(`${process.env.LOOP_MONITOR}.new`, process.env.LOOP_MONITOR);
}, 500).unref();
