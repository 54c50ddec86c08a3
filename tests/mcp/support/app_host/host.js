// A chat's side of an app, with the reference implementation of the extension: it shows the app of a tool in a frame,
// calls the tool, and tells the app.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { AppBridge, PostMessageTransport, RESOURCE_MIME_TYPE, getToolUiResourceUri } from '@modelcontextprotocol/ext-apps/app-bridge';

const info = { name: 'host-of-the-tests', version: '1' };
const capabilities = { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: [RESOURCE_MIME_TYPE] } } };

/** What hosts let an app load, by the extension's specification. */
function policyOf({ resourceDomains = [] } = {}) {
    const from = ['data:', ...resourceDomains].join(' ');
    return `default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src ${from}; media-src ${from}; connect-src 'none'`;
}

const client = new Client(info, { capabilities, versionNegotiation: { mode: 'auto' } });
await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', location.href)));
const { tools } = await client.listTools();

window.asked = [];

/** Shows the app of a tool, then calls the tool. The result is told to the app, and returned. */
window.callTool = async ({ name, args, theme }) => {
    document.body.className = theme;
    const tool = tools.find((one) => one.name === name);
    const { contents } = await client.readResource({ uri: getToolUiResourceUri(tool) });
    const [{ text, mimeType, _meta }] = contents;
    if (mimeType !== RESOURCE_MIME_TYPE) {
        throw new Error(mimeType);
    }
    const frame = document.createElement('iframe');
    frame.sandbox = 'allow-scripts';
    document.body.replaceChildren(frame);
    const bridge = new AppBridge(
        client, info, { openLinks: {}, downloadFile: {}, serverTools: {}, serverResources: {} },
        { hostContext: { theme, toolInfo: { tool }, displayMode: 'inline', locale: 'en' } },
    );
    bridge.onsizechange = ({ height }) => {
        frame.style.height = `${height}px`;
    };
    bridge.onopenlink = async ({ url }) => {
        window.asked.push(['open', url]);
        return {};
    };
    bridge.ondownloadfile = async ({ contents: files }) => {
        window.asked.push(['download', files[0].uri]);
        return {};
    };
    const ready = new Promise((resolve) => {
        bridge.oninitialized = resolve;
    });
    await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
    frame.srcdoc = text.replace('<head>', `<head><meta http-equiv="Content-Security-Policy" content="${policyOf(_meta?.ui?.csp)}">`);
    await ready;
    bridge.sendToolInput({ arguments: args });
    const result = await client.callTool({ name, arguments: args });
    bridge.sendToolResult(result);
    return result;
};
window.ready = true;
