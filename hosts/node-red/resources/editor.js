// The package's side in the editor: registers the types that the runtime names, and adds the sidebar tab.
import { registerConnectionType } from './connection_type.js';
import { text } from './field_values.js';
import { registerNodeType } from './node_type.js';
import { addPreviews } from './previews.js';

const style = document.createElement('link');
style.rel = 'stylesheet';
style.href = new URL('workflow-nodes.css', import.meta.url).href;
document.head.append(style);

// The types must be there before the editor loads the flows, which it does when this script has run: so this one request is
// waited for. As a request of the editor, it carries the logged-in user's token.
$.ajax({ url: 'workflow-nodes/types', dataType: 'json', async: false })
    .done((types) => {
        types.connections.forEach((connection) => registerConnectionType(connection, types.sandbox));
        types.nodes.forEach(registerNodeType);
        addPreviews();
    })
    .fail((request, status) => RED.notify(text('loadFailed', { text: request.status || status }), 'error'));
