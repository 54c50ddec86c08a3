'use strict';
// The local stand-in for the service.
const { Child } = require('./process');
const { photo, sandboxProgram } = require('./places');
const { until } = require('./wait');

async function startSandbox(options = []) {
    const child = new Child(sandboxProgram, ['--port', '0', '--image', photo, ...options]);
    const url = await until('the sandbox to start', () => {
        if (child.over) {
            throw new Error(`The sandbox ended:\n${child.output}`);
        }
        return /http:\/\/[0-9.:]+/.exec(child.output)?.[0];
    });
    const jobs = async () => {
        const response = await fetch(`${url}/v1/jobs`, { headers: { authorization: 'Bearer test' } });
        return (await response.json()).jobs;
    };
    return { child, url, image: `${url}/image`, jobs, end: () => child.end() };
}

module.exports = { startSandbox };
