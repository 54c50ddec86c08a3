// A run in a chat: its progress, then what it made. Speaks with the host by messages, as the extension MCP Apps says, and
// through the host with the server. Everything that it shows is text or media: nothing of it is taken for markup.
const protocolVersion = '2026-01-26';
const lookEveryMs = 2000;
const tools = { collect: 'collect_run', cancel: 'cancel_run' };
const words = { running: 'Working', succeeded: 'Done', failed: 'Failed', cancelled: 'Cancelled' };

const $ = (id) => document.getElementById(id);

/** The host: requests and notifications in both directions. */
const host = (() => {
    const waiting = new Map();
    const handlers = {};
    let last = 0;
    const post = (message) => window.parent.postMessage({ jsonrpc: '2.0', ...message }, '*');
    window.addEventListener('message', ({ source, data }) => {
        if (source !== window.parent || data?.jsonrpc !== '2.0') {
            return;
        }
        if (data.method === undefined) {
            const { resolve, reject } = waiting.get(data.id) ?? {};
            waiting.delete(data.id);
            if (data.error) {
                reject?.(new Error(data.error.message));
            } else {
                resolve?.(data.result);
            }
        } else if (data.id === undefined) {
            handlers[data.method]?.(data.params ?? {});
        } else if (['ping', 'ui/resource-teardown'].includes(data.method)) {
            handlers[data.method]?.({});
            post({ id: data.id, result: {} });
        } else {
            post({ id: data.id, error: { code: -32601, message: 'Method not found' } });
        }
    });
    return {
        handlers,
        notify: (method, params = {}) => post({ method, params }),
        request(method, params) {
            last += 1;
            const id = last;
            return new Promise((resolve, reject) => {
                waiting.set(id, { resolve, reject });
                post({ id, method, params });
            });
        },
    };
})();

let capabilities = {};
let toolName = null;
let input = null; // as the model gave it
let run = null;
let isOver = false;
let looking = null;
const openedAt = Date.now();

function applyContext({ theme, styles, toolInfo }) {
    if (theme) {
        document.documentElement.dataset.theme = theme;
    }
    for (const [name, value] of Object.entries(styles?.variables ?? {})) {
        if (/^--[a-z0-9-]+$/.test(name) && typeof value === 'string') {
            document.documentElement.style.setProperty(name, value);
        }
    }
    if (toolInfo?.tool) {
        toolName = toolInfo.tool.name;
        $('title').textContent = toolInfo.tool.title ?? toolInfo.tool.annotations?.title ?? toolName;
    }
}

function element(name, text, attributes = {}) {
    const made = Object.assign(document.createElement(name), attributes);
    if (text !== undefined) {
        made.textContent = text;
    }
    return made;
}

function showInputs(values) {
    const rows = Object.entries(values ?? {}).filter(([, value]) => value !== null && value !== '');
    $('inputs').hidden = rows.length === 0;
    const asText = (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
    const shown = (value) => (/^\s*data:/i.test(value) ? `a file of ${Math.round((value.length * 3) / 4 / 1024)} KiB` : asText(value));
    $('input-list').replaceChildren(...rows.flatMap(([name, value]) => [element('dt', name.replaceAll('_', ' ')), element('dd', shown(value))]));
}

function showStatus(status) {
    $('status').textContent = words[status] ?? status;
    $('status').dataset.status = status;
    $('working').hidden = status !== 'running';
}

function showProgress({ progress, message }) {
    if (typeof progress === 'number') {
        $('progress').value = progress;
    } else {
        $('progress').removeAttribute('value');
    }
    $('message').textContent = message ?? '';
}

function showActions(actions) {
    $('actions').replaceChildren(...actions.map(([label, act]) => element('button', label, { type: 'button', onclick: act })));
}

function showProblem(status, text) {
    isOver = true;
    showStatus(status);
    $('problem').hidden = false;
    $('problem').textContent = text;
    showActions([]);
}

const contentUri = ({ name }) => `workflow-node://runs/${run}/${encodeURIComponent(name)}/content`;

/** What the page may not load itself, the server gets for it. */
async function throughServer(player, link) {
    try {
        const { contents } = await host.request('resources/read', { uri: contentUri(link) });
        const [{ blob, mimeType }] = contents;
        player.src = `data:${mimeType};base64,${blob}`;
    } catch (error) {
        $('problem').hidden = false;
        $('problem').textContent = `It cannot be shown here: ${error.message}. Its address: ${link.uri}`;
    }
}

function playerOf(link) {
    const kind = /^(video|audio|image)\//.exec(link.mimeType ?? '')?.[1];
    if (kind === undefined) {
        return element('pre', link.uri);
    }
    const player = element(kind === 'image' ? 'img' : kind);
    if (kind === 'image') {
        player.alt = link.title ?? link.name;
    } else {
        Object.assign(player, { controls: true, loop: kind === 'video', playsInline: true, preload: 'auto' });
        player.setAttribute('aria-label', link.title ?? link.name);
    }
    player.addEventListener('error', () => capabilities.serverResources && throughServer(player, link), { once: true });
    player.src = link.uri;
    return player;
}

function actionsFor(link) {
    const { name, title, uri, mimeType } = link;
    const download = ['Download', () => host.request('ui/download-file', { contents: [{ type: 'resource_link', uri, name, title, mimeType }] })];
    const open = ['Open', () => host.request('ui/open-link', { url: uri })];
    return [...(capabilities.downloadFile ? [download] : []), ...(capabilities.openLinks ? [open] : [])].map(
        ([label, act]) => [label, () => act().catch(() => {})],
    );
}

function showOutput(output, links) {
    isOver = true;
    showStatus('succeeded');
    $('files').replaceChildren(...(links.length > 0 ? links.map(playerOf) : [element('pre', JSON.stringify(output, null, 2))]));
    showActions(links.flatMap(actionsFor));
}

/** A tool's result, of the call that the app belongs to or of a later look. */
function showResult({ content = [], structuredContent = {}, isError }) {
    const text = content.filter(({ type }) => type === 'text').map((block) => block.text).join('\n');
    run = structuredContent.run ?? run;
    if (isError) {
        showProblem(structuredContent.status ?? 'failed', text);
    } else if (structuredContent.status === 'succeeded') {
        showOutput(structuredContent.output, content.filter(({ type, uri }) => type === 'resource_link' && /^https?:/.test(uri)));
    } else if (structuredContent.status === 'running') {
        showStatus('running');
        showProgress(structuredContent);
        showActions([['Cancel', cancel]]);
    } else {
        showProblem('cancelled', text);
    }
}

async function cancel() {
    showActions([]);
    try {
        await host.request('tools/call', { name: tools.cancel, arguments: { run } });
    } catch (error) {
        showProgress({ message: error.message });
    }
}

/** Before the call is answered, the run is the newest of its node. */
async function lookForRun() {
    const { contents } = await host.request('resources/read', { uri: 'workflow-node://runs' });
    const isOurs = ({ node, status, started_at }) => status === 'running' && node === toolName && Date.parse(started_at) > openedAt - 60_000;
    const found = JSON.parse(contents[0].text).find(isOurs);
    if (found && !isOver) {
        showProgress(found);
    }
}

async function look() {
    try {
        if (run !== null && capabilities.serverTools) {
            showResult(await host.request('tools/call', { name: tools.collect, arguments: { run, wait_seconds: 1 } }));
        } else if (toolName !== null && capabilities.serverResources) {
            await lookForRun();
        }
    } catch (error) {
        showProgress({ message: error.message }); // the next look may be answered
    }
    if (!isOver) {
        looking = setTimeout(look, lookEveryMs);
    }
}

host.handlers['ui/notifications/host-context-changed'] = applyContext;
host.handlers['ui/notifications/tool-input'] = ({ arguments: values }) => {
    input = values;
    showInputs(input);
};
host.handlers['ui/notifications/tool-result'] = showResult;
host.handlers['ui/notifications/tool-cancelled'] = () => run === null && showProblem('cancelled', 'The call was cancelled; its run goes on.');
host.handlers['ui/resource-teardown'] = () => {
    isOver = true;
    clearTimeout(looking);
};

new ResizeObserver(() => {
    const { width, height } = document.querySelector('main').getBoundingClientRect();
    host.notify('ui/notifications/size-changed', { width: Math.ceil(width), height: Math.ceil(height) });
}).observe(document.querySelector('main'));

showStatus('running');
showProgress({ message: 'Waiting for the run' });
const { hostCapabilities, hostContext } = await host.request('ui/initialize', {
    appInfo: { name: 'workflow-node-run', version: '1' },
    appCapabilities: {},
    protocolVersion,
});
capabilities = hostCapabilities ?? {};
applyContext(hostContext ?? {});
host.notify('ui/notifications/initialized');
look();
