'use strict';
// A run as a task of the protocol: of revision 2025-11-25, and of the extension of revision 2026-07-28.
const { ttlMsOf } = require('./decisions');
const { longestPoll, pollIntervalMs, progressText } = require('./progress');

const extensionId = 'io.modelcontextprotocol/tasks';
const relatedTask = 'io.modelcontextprotocol/related-task';

const isOver = (run) => run.status !== 'running';

/** A failed run is a tool's error. The newer revision calls it completed, with that error as its result. */
const statusIn = {
    2025: { running: 'working', succeeded: 'completed', failed: 'failed', cancelled: 'cancelled' },
    2026: { running: 'working', succeeded: 'completed', failed: 'completed', cancelled: 'cancelled' },
};

function messageOf(run) {
    const { ending } = run.record;
    if (run.status === 'running') {
        return run.obstacle === null ? progressText(run.progress) : `Left alone: ${run.obstacle}.`;
    }
    return ending?.error?.message ?? (run.status === 'cancelled' ? 'Cancelled' : 'Done');
}

function common(run, generation) {
    const { taskId, createdAt, updatedAt } = run.record;
    return {
        taskId,
        status: statusIn[generation][run.status],
        statusMessage: messageOf(run),
        createdAt: new Date(createdAt).toISOString(),
        lastUpdatedAt: new Date(updatedAt).toISOString(),
    };
}

const nextPollMs = ({ obstacle, progress }) => (obstacle === null ? pollIntervalMs(progress) : longestPoll);

function task2025(run, now, keepMs) {
    const poll = isOver(run) ? {} : { pollInterval: nextPollMs(run) };
    return { ...common(run, 2025), ttl: ttlMsOf(run.record, now, keepMs), ...poll };
}

function task2026(run, now, keepMs) {
    const poll = isOver(run) ? {} : { pollIntervalMs: nextPollMs(run) };
    return { ...common(run, 2026), ttlMs: ttlMsOf(run.record, now, keepMs), ...poll };
}

/** `result`: of the tool's call, where the run is over. */
function detailedTask2026(run, now, keepMs, result) {
    const task = task2026(run, now, keepMs);
    return task.status === 'completed' ? { ...task, result } : task;
}

const withRelatedTask = (result, taskId) => ({ ...result, _meta: { ...result._meta, [relatedTask]: { taskId } } });

module.exports = { detailedTask2026, extensionId, isOver, task2025, task2026, withRelatedTask };
