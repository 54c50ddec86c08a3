'use strict';
// The local stand-in for the service.
const { Child } = require('../../../../tests/support/child');
const { photo, sandboxProgram } = require('./places');

async function startSandbox(options = []) {
    const child = new Child(sandboxProgram, ['--port', '0', '--image', photo, ...options]);
    const [url] = await child.says(/http:\/\/[0-9.:]+/, 'the sandbox');
    const jobs = async () => {
        const response = await fetch(`${url}/v1/jobs`, { headers: { authorization: 'Bearer test' } });
        return (await response.json()).jobs;
    };
    return { child, url, image: `${url}/image`, jobs, end: () => child.end() };
}

module.exports = { startSandbox };
