// The protocol's official conformance suite, its side for servers. Most of its scenarios want tools, prompts and
// resources of the suite's own, which no server of real nodes has: those are told by what is missing, and by nothing else.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { Child } from '../support/child.js';
import { exampleModule, newerNode, temporaryDirectory, tests } from './support/places.mjs';
import { setUp, startHttp, startService } from './support/servers.mjs';
import { withToken } from './support/with_token.mjs';

const suite = path.join(tests, 'node_modules', '@modelcontextprotocol', 'conformance', 'dist', 'index.js');

const both = ['tools-list', 'resources-list', 'prompts-list'];
const ofSessions = ['server-initialize', 'server-session-lifecycle', 'ping', ...both];

/** What has to pass as a whole. */
const passes = {
    '2025-06-18': ofSessions,
    '2025-11-25': [...ofSessions, 'server-sse-multiple-streams', 'dns-rebinding-protection'],
    '2026-07-28': [
        ...both, 'server-sse-multiple-streams', 'dns-rebinding-protection', 'caching', 'http-header-validation', 'sep-2164-resource-not-found',
        'input-required-result-unsupported-methods', 'input-required-result-validate-input',
    ],
};

/** Why a check does not apply, by what the suite says of it. */
const reasons = [
    [/Unknown tool: (test_\w+|failing_job|confirm_delete|protocol_error_job|multi_input)/, 'wants a tool of the suite; tools are the nodes of a module'],
    [/Unknown prompt: test_\w+/, 'wants a prompt of the suite; prompts are the examples of a node'],
    [/Resource not found: test:\/\//, 'wants a resource of the suite; resources are runs and help'],
    [/Tool 'json_schema_2020_12_tool' not found/, 'wants a tool of the suite'],
    [/Not testable: server (does not list the diagnostic tool|exposes no tool with x-mcp-header)/, 'wants a tool of the suite'],
    [/for failing_job returned error code -32602/, 'wants a tool that runs as a task alone; no node does'],
    [/tool result content MUST be unaffected by the Mcp-Method header/, 'wants the words of a tool of the suite'],
    [/Expected InputRequiredResult with inputRequests and requestState|could not get initial InputRequiredResult/, 'wants a tool of the suite'],
];

/** Of what the server does not offer, and does not say that it does. */
const notOffered = {
    'completion-complete': 'there are no completions: what an argument takes is in its schema',
    'logging-set-level': 'logs are on stderr, and may name other clients',
    'tools-call-with-logging': 'logs are on stderr, and may name other clients',
    'resources-subscribe': 'the state of a run is polled, or its task is',
    'resources-unsubscribe': 'the state of a run is polled, or its task is',
};

function reasonFor(scenario, message) {
    const [, reason] = reasons.find(([pattern]) => pattern.test(message)) ?? [];
    return reason ?? (/Method not found/.test(message) ? notOffered[scenario] : undefined);
}

/** scenario -> its checks. */
function resultsIn(directory) {
    const results = new Map();
    for (const name of fs.readdirSync(directory)) {
        const scenario = name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT[\dZ-]+$/, '');
        results.set(scenario, JSON.parse(fs.readFileSync(path.join(directory, name, 'checks.json'), 'utf8')));
    }
    return results;
}

for (const [version, expected] of Object.entries(passes)) {
    test(`revision ${version}: all that applies passes`, { timeout: 180_000 }, async (t) => {
        const service = await startService(t, { renderMs: () => 300 });
        const { url } = await startHttp(t, setUp(service));
        const directory = path.join(temporaryDirectory(), 'results');
        const args = ['server', '--url', await withToken(t, url), '--suite', 'all', '--spec-version', version, '-o', directory];
        const child = new Child(newerNode, [suite, ...args]);
        await child.closed;
        const results = resultsIn(directory);
        assert.ok(results.size >= 25, `${results.size} scenarios\n${child.output.slice(-2000)}`);
        const notApplicable = new Map();
        for (const [scenario, checks] of results) {
            for (const { status, id, errorMessage = '' } of checks.filter((check) => check.status === 'FAILURE')) {
                const reason = reasonFor(scenario, errorMessage);
                assert.ok(reason, `${scenario}, ${id}: ${status}: ${errorMessage}`);
                notApplicable.set(scenario, reason);
            }
        }
        for (const scenario of expected) {
            const checks = results.get(scenario) ?? results.get(scenario.replace(/^server-/, ''));
            assert.ok(checks?.some(({ status }) => status === 'SUCCESS') && !notApplicable.has(scenario), scenario);
        }
        for (const [scenario, reason] of notApplicable) {
            t.diagnostic(`does not apply: ${scenario}: ${reason}`);
        }
        t.diagnostic(`${results.size - notApplicable.size} scenarios passed`);
    });
}

/** Two tools of the suite, by nodes of the example module that do the same: at once, and after a while. */
const alike = {
    greet: ({ name }) => ({ name: 'echo', arguments: { text: `Hello, ${name}!` } }),
    slow_compute: ({ seconds, label = '' }, count) => ({
        name: 'slow_echo', arguments: { text: label, milliseconds: seconds * 1000, variation: String(count) },
    }),
};

const ofTasks = {
    'tasks-capability-negotiation': true, // whether it has to pass as a whole
    'tasks-wire-fields': true,
    'tasks-request-state-removal': true,
    'tasks-lifecycle': false,
    'tasks-dispatch-and-envelope': false,
    'tasks-request-headers': false,
};

test('the extension io.modelcontextprotocol/tasks: all that applies passes', { timeout: 180_000 }, async (t) => {
    const { url } = await startHttp(t, setUp(null, { args: [exampleModule], env: { ECHO_SERVICE_API_KEY: 'key' } }));
    let count = 0;
    const translated = (text, headers) => {
        const body = JSON.parse(text);
        const translate = body.method === 'tools/call' ? alike[body.params?.name] : undefined;
        if (translate === undefined) {
            return text;
        }
        count += 1;
        Object.assign(body.params, translate(body.params.arguments ?? {}, count));
        if (headers['mcp-name']) {
            headers['mcp-name'] = body.params.name;
        }
        return JSON.stringify(body);
    };
    const address = await withToken(t, url, translated);
    const directory = path.join(temporaryDirectory(), 'results');
    for (const scenario of Object.keys(ofTasks)) {
        await new Child(newerNode, [suite, 'server', '--url', address, '--scenario', scenario, '-o', directory]).closed;
    }
    const results = resultsIn(directory);
    for (const [scenario, isWhole] of Object.entries(ofTasks)) {
        const checks = results.get(scenario);
        const passed = checks.filter(({ status }) => status === 'SUCCESS').length;
        for (const { id, errorMessage = '' } of checks.filter(({ status }) => status === 'FAILURE')) {
            const reason = isWhole ? undefined : reasonFor(scenario, errorMessage);
            assert.ok(reason, `${scenario}, ${id}: ${errorMessage}`);
            t.diagnostic(`does not apply: ${id}: ${reason}`);
        }
        assert.ok(passed >= 3, `${scenario}: ${passed} checks`);
        t.diagnostic(`${scenario}: ${passed} checks passed`);
    }
});
