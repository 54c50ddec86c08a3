'use strict';
// Node-RED as a user runs it: its own program, a user folder, this package in it.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Child, freePort } = require('../../../../tests/support/child');
const { until } = require('../../../../tests/support/waiting');
const { packageDirectory } = require('./places');

const program = path.join(packageDirectory, 'node_modules', 'node-red', 'red.js');
const packageName = 'node-red-contrib-image-to-video';

function makeUserDirectory() {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'node-red-test-'));
    fs.mkdirSync(path.join(directory, 'node_modules'));
    fs.symlinkSync(packageDirectory, path.join(directory, 'node_modules', packageName));
    fs.writeFileSync(
        path.join(directory, 'package.json'),
        JSON.stringify({ name: 'test', private: true, dependencies: { [packageName]: '*' } }),
    );
    return directory;
}

function settingsText(port, more) {
    const settings = {
        uiHost: '127.0.0.1',
        uiPort: port,
        flowFile: 'flows.json',
        credentialSecret: 'of the tests',
        telemetry: { enabled: false },
        editorTheme: { tours: false, palette: { catalogues: [] } },
        logging: { console: { level: 'info', metrics: false, audit: false } },
        ...more,
    };
    return `module.exports = ${JSON.stringify(settings)};\n`;
}

class NodeRed {
    /**
     * `more` goes into settings.js; `node` is the command of Node.js, and `execArgv` goes to it. The user folder outlives the process:
     * see start again.
     */
    constructor({ more = {}, userDirectory, node = [process.execPath], execArgv = [], env = {}, startMs = 40000 } = {}) {
        this.userDirectory = userDirectory ?? makeUserDirectory();
        this.more = more;
        this.node = node;
        this.startMs = startMs;
        this.execArgv = execArgv;
        this.env = env;
    }

    /** Node-RED cannot be told to take any port, and a free one may be taken a moment later: then another. */
    async start() {
        try {
            for (let attempt = 1; !(await this.#startOn(await freePort())); ++attempt) {
                if (attempt === 5) {
                    throw new Error(`Five ports that were free are not:\n${this.output}`);
                }
            }
        } catch (error) {
            await this.remove(); // the test that wanted it never gets to do so
            throw error;
        }
        return this;
    }

    async #startOn(port) {
        this.url = `http://127.0.0.1:${port}`;
        const settings = path.join(this.userDirectory, 'settings.js');
        fs.writeFileSync(settings, settingsText(port, this.more));
        const [command, ...args] = [...this.node, ...this.execArgv, program, '-u', this.userDirectory, '-s', settings];
        this.child = new Child(command, args, { env: { ...process.env, ...this.env } });
        await until('Node-RED to start', () => {
            const taken = /Error: port in use/.test(this.output);
            if (this.child.over && !taken) {
                throw new Error(`Node-RED ended:\n${this.output}`);
            }
            return taken || /Started flows|Flows sind gestartet|Waiting for missing types/.test(this.output);
        }, this.startMs);
        return !/Error: port in use/.test(this.output);
    }

    get output() {
        return this.child.output;
    }

    async request(method, route, body, headers = {}) {
        const response = await fetch(this.url + route, {
            method,
            headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
            body: body === undefined ? undefined : JSON.stringify(body),
        });
        const text = await response.text();
        if (!response.ok) {
            throw new Error(`${method} ${route}: ${response.status} ${text}`);
        }
        return text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text;
    }

    /** As the palette's button with the arrow up: what Node-RED says of the package. */
    async upload(file) {
        const body = new FormData();
        body.append('tarball', new Blob([fs.readFileSync(file)]), path.basename(file));
        const response = await fetch(`${this.url}/nodes`, { method: 'POST', headers: { accept: 'application/json' }, body });
        return { status: response.status, ...(await response.json()) };
    }

    /** Resolves when the flows run; `type` is Node-RED's kind of deployment. */
    async deploy(flows, type = 'full') {
        const before = this.output.length;
        await this.request('POST', '/flows', flows, { 'Node-RED-Deployment-Type': type });
        await until('the flows to start', () => /Started (modified )?(flows|nodes)|(Flows|Nodes) sind gestartet/.test(this.output.slice(before)));
    }

    inject(id) {
        return this.request('POST', `/inject/${id}`, {});
    }

    async end(signal = 'SIGTERM') {
        return this.child.end(signal);
    }

    async remove() {
        if (this.child && !this.child.over) {
            await this.end('SIGKILL');
        }
        fs.rmSync(this.userDirectory, { recursive: true, force: true });
    }
}

module.exports = { NodeRed, makeUserDirectory, packageName };
