'use strict';
// The command line, as settings. No I/O.
const path = require('node:path');
const { parseArgs } = require('node:util');

const { durationOf } = require('./duration');

const help = `Usage: workflow-node-mcp [options] [MODULE...]

An MCP server whose tools are the nodes of the modules: files, or names of installed ones. Without a MODULE, those that
came with this package. Speaks over stdin and stdout, or with --http over HTTP on this machine.

  --connection FILE          the account at the service, as JSON: the file, or CATEGORY=FILE where there are several.
                             Otherwise it is made from CATEGORY_API_KEY, CATEGORY_BASE_URL and CATEGORY_API
  --state FOLDER             where runs are kept; otherwise WORKFLOW_NODE_MCP_STATE names it;
                             default: $XDG_STATE_HOME/workflow-node-mcp
  --files FOLDER             clients may give files in this folder as inputs, which go to the service; again for each
                             folder. Hidden files and links that lead out are refused. Default: none
  --http PORT                listen on 127.0.0.1, 0: at any free port
  --token-file FILE          of --http: the clients' tokens, one a line; each client sees its own runs alone.
                             WORKFLOW_NODE_MCP_TOKEN can hold one. With neither, one is made in the state's folder
  --answer-within TIME       answer a call that still runs after this time; default: 45s
  --same-call-within TIME    a repeated call gives the same run until so long after its end; default: 1h
  --keep-results TIME        how long a run and its result are there after its end; default: 24h
  --max-per-hour N           the most runs to begin in an hour; 0, the default: no limit
  --max-per-session N        the most runs to begin in one session of a client; 0, the default: no limit
  --no-confirm               do not ask the person for the price before a run
  --output-directory FOLDER  keep the files that runs make there; otherwise they are in the state's folder, and are
                             removed with their run
  --log-level LEVEL          debug, info, warning, error; default: info
  --version, --help

TIME is "45s", "10m", "1h30m". Logs go to stderr.
`;

const hour = 3_600_000;
const levels = ['debug', 'info', 'warning', 'error'];

const options = {
    connection: { type: 'string', multiple: true },
    state: { type: 'string' },
    files: { type: 'string', multiple: true },
    http: { type: 'string' },
    'token-file': { type: 'string' },
    'answer-within': { type: 'string' },
    'same-call-within': { type: 'string' },
    'keep-results': { type: 'string' },
    'max-per-hour': { type: 'string' },
    'max-per-session': { type: 'string' },
    'no-confirm': { type: 'boolean' },
    'output-directory': { type: 'string' },
    'log-level': { type: 'string' },
    version: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
};

class UsageError extends Error {}

function time(values, name, otherwise) {
    const text = values[name] ?? otherwise;
    const ms = durationOf(text);
    if (ms === null) {
        throw new UsageError(`--${name} takes a time such as ${otherwise}, not ${text}`);
    }
    return ms;
}

function count(values, name, most = 1_000_000) {
    const text = values[name] ?? '0';
    if (!/^\d{1,7}$/.test(text) || Number(text) > most) {
        throw new UsageError(`--${name} takes a number up to ${most}, not ${text}`);
    }
    return Number(text);
}

function level(values) {
    const name = values['log-level'] ?? 'info';
    if (!levels.includes(name)) {
        throw new UsageError(`--log-level takes ${levels.join(', ')}, not ${name}`);
    }
    return name;
}

function stateFolder(values, environment) {
    const folder = values.state ?? environment.WORKFLOW_NODE_MCP_STATE;
    if (folder) {
        return path.resolve(folder);
    }
    const base = environment.XDG_STATE_HOME || (environment.HOME && path.join(environment.HOME, '.local', 'state'));
    if (!base) {
        throw new UsageError('There is no HOME; say with --state where runs are to be kept');
    }
    return path.join(base, 'workflow-node-mcp');
}

/** What is forgotten is paid again, and no longer counts. */
function checkTimes({ keepMs, sameCallMs, limits }) {
    if (keepMs < sameCallMs) {
        throw new UsageError('--keep-results takes at least the time of --same-call-within');
    }
    if (limits.perHour > 0 && keepMs < hour) {
        throw new UsageError('--keep-results takes at least 1h with --max-per-hour');
    }
}

/** `args`: those of the command. Throws a UsageError. */
function settingsOf(args, environment) {
    let parsed;
    try {
        parsed = parseArgs({ args, options, allowPositionals: true });
    } catch (error) {
        throw new UsageError(error.message);
    }
    const { values, positionals } = parsed;
    const settings = {
        asks: values.help ? 'help' : values.version ? 'version' : null,
        modules: positionals,
        connections: values.connection ?? [],
        state: stateFolder(values, environment),
        files: (values.files ?? []).map((folder) => path.resolve(folder)),
        http: values.http === undefined ? null : { port: count(values, 'http', 65535), tokenFile: values['token-file'] ?? null },
        token: environment.WORKFLOW_NODE_MCP_TOKEN || null,
        answerWithinMs: time(values, 'answer-within', '45s'),
        sameCallMs: time(values, 'same-call-within', '1h'),
        keepMs: time(values, 'keep-results', '24h'),
        limits: { perHour: count(values, 'max-per-hour'), perSession: count(values, 'max-per-session') },
        confirms: !values['no-confirm'],
        outputDirectory: values['output-directory'] === undefined ? null : path.resolve(values['output-directory']),
        logLevel: level(values),
    };
    checkTimes(settings);
    return settings;
}

module.exports = { UsageError, help, levels, settingsOf };
