'use strict';
// The fields that every node has in n8n, whatever its inputs: operation, what to collect, price, and options.
const { priceText } = require('../../node/durable/node_form');

const making = ['generate', 'start'];
const delivering = ['generate', 'collect'];

function operation({ product, aProduct }, canResume) {
    const collect = {
        name: 'Collect',
        value: 'collect',
        description: `Get the ${product} of a run that was started before: by Done, or by Still Rendering until it is there`,
        action: `Collect the ${product} of a run`,
    };
    const generate = {
        name: 'Generate',
        value: 'generate',
        description: `Make ${aProduct}, and wait for it`,
        action: `Generate ${aProduct}`,
    };
    const start = {
        name: 'Start',
        value: 'start',
        description: 'Submit a run and return at once with a checkpoint, to collect it later',
        action: `Start ${aProduct}`,
    };
    return {
        displayName: 'Operation',
        name: 'operation',
        type: 'options',
        noDataExpression: true,
        options: canResume ? [collect, generate, start] : [generate],
        default: 'generate',
    };
}

/** `price`: what the platform's list says. It is no promise, and the notice says so. */
function priceNotice(price) {
    return {
        displayName: `About ${priceText(price)} a run, by the platform's list; the service decides`,
        name: 'priceNotice',
        type: 'notice',
        displayOptions: { show: { operation: making } },
        default: '',
    };
}

function holdingNotice({ product }) {
    return {
        displayName: `Each item holds this execution until its ${product} is done; for long ones use Start, Wait and Collect`,
        name: 'holdingNotice',
        type: 'notice',
        displayOptions: { show: { operation: ['generate'] } },
        default: '',
    };
}

function collectFields({ product }) {
    const shownFor = (findBy) => ({ displayOptions: { show: { operation: ['collect'], findBy: [findBy] } } });
    return [
        {
            displayName: 'Find the Run By',
            name: 'findBy',
            type: 'options',
            displayOptions: { show: { operation: ['collect'] } },
            options: [
                {
                    name: 'Checkpoint',
                    value: 'checkpoint',
                    description: 'As the Start operation returned it; nothing else needs to be kept',
                },
                {
                    name: 'Execution ID',
                    value: 'executionId',
                    description:
                        `Every ${product} of an execution that n8n has given up, one item each. A run that has failed ` +
                        'leaves by the error output if the node has one, otherwise by Done with the status "failed".',
                },
                {
                    name: 'Job ID',
                    value: 'jobId',
                    description: "The service's name for the job, as errors and the Start operation report it",
                },
                {
                    name: 'Run Key',
                    value: 'runKey',
                    description: "The run's name, as errors and all operations report it",
                },
            ],
            default: 'checkpoint',
        },
        {
            displayName: 'Checkpoint',
            name: 'checkpoint',
            type: 'json',
            required: true,
            ...shownFor('checkpoint'),
            default: '={{ $json.checkpoint }}',
            description: 'The checkpoint that the Start operation returned, unchanged',
        },
        {
            displayName: 'Execution ID',
            name: 'executionId',
            type: 'string',
            required: true,
            ...shownFor('executionId'),
            default: '',
            placeholder: 'e.g. 1234',
            description: "The execution's number, as n8n's list of executions shows it",
        },
        {
            displayName: 'Job ID',
            name: 'jobId',
            type: 'string',
            required: true,
            ...shownFor('jobId'),
            default: '={{ $json.job_id }}',
        },
        {
            displayName: 'Run Key',
            name: 'runKey',
            type: 'string',
            required: true,
            ...shownFor('runKey'),
            default: '={{ $json.run_key }}',
        },
    ];
}

function downloadFields({ product }, titledProduct) {
    return [
        {
            displayName: `Download the ${titledProduct}`,
            name: 'download',
            type: 'boolean',
            displayOptions: { show: { operation: delivering } },
            default: false,
            description: `Whether to add the ${product} as a file, and not only its URL`,
        },
        {
            displayName: 'Put Output File in Field',
            name: 'binaryPropertyName',
            type: 'string',
            required: true,
            displayOptions: { show: { operation: delivering, download: [true] } },
            default: 'data',
            hint: 'The name of the output binary field to put the file in',
        },
    ];
}

function options({ product }, { canResume, hasMedia }) {
    const shownFor = (operations, more = {}) => ({ displayOptions: { show: { '/operation': operations, ...more } } });
    const largestFile = {
        displayName: 'Largest File (MiB)',
        name: 'largestFile',
        type: 'number',
        ...shownFor(delivering, { '/download': [true] }),
        typeOptions: { minValue: 1 },
        default: 256,
        description: `A larger ${product} is not downloaded: the item goes on with the ${product}'s URL and a warning`,
    };
    const wait = {
        displayName: 'Wait at Most (Seconds)',
        name: 'wait',
        type: 'number',
        ...shownFor(['collect']),
        typeOptions: { minValue: 0 },
        default: 0,
        description: `How long to wait for ${hasMedia ? `a ${product}` : 'a run'} that is still rendering; 0 checks once`,
    };
    const giveUpAfter = {
        displayName: 'Give Up After (Hours)',
        name: 'giveUpAfter',
        type: 'number',
        ...shownFor(['collect']),
        typeOptions: { minValue: 0, numberPrecision: 2 },
        default: 24,
        description:
            'Since the start of the run; one that is still rendering then fails, and can still be collected. ' +
            'Half an hour is 0.5.',
    };
    return {
        displayName: 'Options',
        name: 'options',
        type: 'collection',
        placeholder: 'Add option',
        default: {},
        options: [
            ...(canResume ? [giveUpAfter] : []),
            ...(hasMedia ? [largestFile] : []),
            {
                displayName: 'Most Runs per Execution',
                name: 'mostRuns',
                type: 'number',
                ...shownFor(making),
                typeOptions: { minValue: 0 },
                default: 100,
                description:
                    'A spending limit for a workflow that feeds itself: once this execution has started that many runs with ' +
                    'this node, further items fail before anything is paid for them. 0: no limit.',
            },
            {
                displayName: 'Run Key',
                name: 'runKey',
                type: 'string',
                ...shownFor(making),
                default: '',
                description:
                    'A name of your own for the run, e.g. an order number. The same name with the same inputs returns ' +
                    `the same ${product}, also in another execution, and is paid for once. ` +
                    'Default: execution, node, run and item.',
            },
            {
                displayName: 'Timeout (Minutes)',
                name: 'timeout',
                type: 'number',
                ...shownFor(making),
                typeOptions: { minValue: 1 },
                default: 15,
                description: 'After this time the item fails; the job continues and can still be collected',
            },
            ...(canResume ? [wait] : []),
        ],
    };
}

module.exports = { collectFields, downloadFields, holdingNotice, making, operation, options, priceNotice };
