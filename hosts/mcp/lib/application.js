'use strict';
// The parts of the server, put together; what is left is how clients reach it.
const path = require('node:path');

const addon = require('../native/addon');
const { bundledModules } = require('../native/durable/bundled_modules');
const { Sessions } = require('../native/durable/sessions');
const { name, version } = require('../package.json');
const { Accounts } = require('./accounts');
const { AllowedFiles } = require('./allowed_files');
const { appResource, originsOf } = require('./app_resource');
const { nodesOf } = require('./catalogue');
const { Claims } = require('./claims');
const { connectionsOf } = require('./connections');
const { InputFiles } = require('./input_files');
const { Keeper } = require('./keeper');
const { shared, toolsOf } = require('./node_tool');
const { Prompts } = require('./prompts');
const { Protocol } = require('./protocol');
const { Resources } = require('./resources');
const { RunFiles } = require('./run_files');
const { Runs } = require('./runs');
const { randomText, textMadeOnce } = require('./secret');
const { ToolCalls } = require('./tool_calls');

const instructions =
    'These tools start jobs that may take minutes and cost money. Call a tool once for each thing that is wanted: a call with ' +
    `the same arguments gives the same run. When an answer says that a run is still running, call ${shared.collect} with it later.`;

/** {protocol, close} */
async function openApplication(settings, log, environment = process.env) {
    const files = settings.modules.length > 0 ? settings.modules : bundledModules(path.join(__dirname, '..', 'native', 'modules'));
    const nodes = nodesOf(addon, files, log);
    const connections = connectionsOf(nodes, settings.connections, environment);
    const secret = await textMadeOnce(path.join(settings.state, 'secret'), randomText());
    const accounts = new Accounts({ nodes, connections, secret });
    const sessions = new Sessions({ host: { name, version }, log, logLevel: settings.logLevel });
    const allowed = await AllowedFiles.in(settings.files);
    const inputFiles = new InputFiles({ directory: path.join(settings.state, 'inputs'), allowed });
    const keeper = new Keeper({
        directory: settings.outputDirectory ?? path.join(settings.state, 'files'),
        isOwn: settings.outputDirectory === null,
        accounts,
        log,
    });
    await keeper.open();
    const runs = new Runs({
        keeper,
        nodes,
        sessions,
        accounts,
        settings,
        log,
        secret,
        files: new RunFiles(path.join(settings.state, 'runs'), inputFiles),
        claims: new Claims(path.join(settings.state, 'claims')),
    });
    await runs.open();
    const tools = toolsOf(nodes, { ...settings, folders: allowed.folders });
    const calls = new ToolCalls({ runs, nodes, accounts, settings, inputFiles, keeper, tools });
    const app = appResource({ origins: (owner) => originsOf(runs.known.ofOwner(owner), nodes) });
    const resources = new Resources({ calls, nodes, app, keeper });
    const protocol = new Protocol({ calls, resources, prompts: new Prompts(nodes), settings, instructions, log });
    return { protocol, close: () => runs.close() };
}

module.exports = { openApplication };
