// Workflows of the tests: a webhook takes the items, the node makes their videos.

export const nodeType = 'n8n-nodes-image-to-video.imageToVideo';

export const apiKey = 'a-secret-key';

export const credentialFor = (server, more = {}) => ({
    api_key: apiKey,
    base_url: server.url,
    allow_insecure_loopback: true,
    idempotent_submit: 'true',
    ...more,
});

const webhook = (path) => ({
    id: 'webhook',
    name: 'Webhook',
    type: 'n8n-nodes-base.webhook',
    typeVersion: 2,
    position: [0, 0],
    webhookId: path,
    parameters: { httpMethod: 'POST', path, responseMode: 'onReceived', options: {} },
});

const splitOut = {
    id: 'split',
    name: 'Split Out',
    type: 'n8n-nodes-base.splitOut',
    typeVersion: 1,
    position: [200, 0],
    parameters: { fieldToSplitOut: 'body.items', options: {} },
};

export const imageToVideo = (credential, parameters = {}, more = {}) => ({
    id: 'node',
    name: 'Image to Video',
    type: nodeType,
    typeVersion: 2,
    position: [400, 0],
    parameters: {
        operation: 'generate',
        model: 'Pixel S',
        prompt: '={{ $json.prompt }}',
        image: '={{ $json.image }}',
        negative_prompt: '',
        prompt_optimizer: true,
        ...parameters,
        options: { mostRuns: 0, ...parameters.options }, // some send hundreds of items
    },
    credentials: { pixelMlApi: { id: credential.id, name: credential.name } },
    ...more,
});

const chain = (nodes) =>
    Object.fromEntries(
        nodes.slice(0, -1).map((node, at) => [node.name, { main: [[{ node: nodes[at + 1].name, type: 'main', index: 0 }]] }]),
    );

/** Webhook → Split Out → the nodes. */
export function workflow(name, nodes, settings = {}) {
    const all = [webhook(name), splitOut, ...nodes];
    return { name, nodes: all, connections: chain(all), settings: { executionOrder: 'v1', ...settings } };
}

/**
 * Start → Wait → Collect; what is still rendering goes back to Wait, and Done has what is done. Above the others, so that n8n runs
 * it before it waits again.
 */
export function parkingWorkflow(name, credential, waitSeconds, { options, ...more } = {}) {
    const start = imageToVideo(credential, { operation: 'start' }, { id: 'start', name: 'Start' });
    const wait = {
        id: 'wait',
        name: 'Wait',
        type: 'n8n-nodes-base.wait',
        typeVersion: 1.1,
        position: [600, 0],
        webhookId: `${name}-wait`,
        parameters: { resume: 'timeInterval', amount: waitSeconds, unit: 'seconds' },
    };
    const collect = imageToVideo(
        credential,
        { operation: 'collect', findBy: 'checkpoint', checkpoint: '={{ $json.checkpoint }}', options },
        { id: 'collect', name: 'Collect', position: [800, 0], ...more },
    );
    const done = {
        id: 'done',
        name: 'Done',
        type: 'n8n-nodes-base.set',
        typeVersion: 3.4,
        position: [1000, -200],
        parameters: {
            assignments: {
                assignments: [{ id: 'of', name: 'made_of', type: 'string', value: "={{ $('Split Out').item.json.prompt }}" }],
            },
            includeOtherFields: true,
            options: {},
        },
    };
    const made = workflow(name, [start, wait, collect]);
    made.nodes.push(done);
    const to = (node) => [{ node, type: 'main', index: 0 }];
    made.connections.Collect = { main: [to('Done'), to('Wait')] };
    return made;
}

export const photos = (text, count) =>
    Array.from({ length: count }, (_, number) => ({ prompt: `${text} ${number}`, image: 'https://example.com/photo.jpg' }));
