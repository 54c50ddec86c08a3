#!/usr/bin/env node
'use strict';
const { version } = require('./package.json');
const { logger } = require('./lib/log');
const { UsageError, help, settingsOf } = require('./lib/settings');

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

async function serve(settings) {
    const log = logger(settings.logLevel);
    const { openApplication } = require('./lib/application');
    const application = await openApplication(settings, log);
    const { serveOverHttp } = require('./lib/http');
    const { serveOverStdio } = require('./lib/stdio');
    const server = settings.http === null
        ? serveOverStdio(application.protocol, log)
        : await serveOverHttp(application.protocol, settings, log);
    const stopped = new Promise((resolve) => signals.forEach((signal) => process.once(signal, resolve)));
    await Promise.race([server.closed, stopped]);
    signals.forEach((signal) => process.once(signal, () => process.exit(1))); // a person who is impatient
    await server.close();
    await application.close();
}

async function main() {
    // An error without a listener ends the process, amid a submit: whoever reads these may be gone before it.
    [process.stdout, process.stderr].forEach((stream) => stream.on('error', () => {}));
    try {
        const settings = settingsOf(process.argv.slice(2), process.env);
        if (settings.asks !== null) {
            process.stdout.write(settings.asks === 'help' ? help : `${version}\n`);
            return;
        }
        await serve(settings);
        process.exit(0); // whatever a client left open
    } catch (error) {
        process.stderr.write(`workflow-node-mcp: ${error.message}\n`);
        process.exit(error instanceof UsageError ? 2 : 1);
    }
}

main();
