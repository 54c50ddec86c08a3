'use strict';
// The local stand-in for the service.
const { Child } = require('../../../../tests/support/child');
const { photo, sandboxProgram } = require('./places');

/** `key`: the only API key that it takes; without one, any. */
async function startSandbox(options = [], { key } = {}) {
    const env = { ...process.env, ...(key && { PIXELML_SANDBOX_API_KEY: key }) };
    const child = new Child(sandboxProgram, ['--port', '0', '--image', photo, ...options], { env });
    const [url] = await child.says(/http:\/\/[0-9.:]+/, 'the sandbox');
    const get = async (path) => {
        const response = await fetch(`${url}/v1${path}`, { headers: { authorization: `Bearer ${key ?? 'test'}` } });
        return response.json();
    };
    const jobs = async () => (await get('/jobs')).jobs;
    /** The jobs that were submitted as AgenticFlow's runs of the workflow, the newest first. */
    const workflowRuns = async (workflow) => (await get(`/workspaces/any/workflows/${workflow}/runs?limit=1000`)).items;
    return { child, url, image: `${url}/image`, jobs, workflowRuns, end: () => child.end() };
}

module.exports = { startSandbox };
