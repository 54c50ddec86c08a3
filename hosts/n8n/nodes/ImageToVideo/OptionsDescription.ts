import type { INodeProperties } from 'n8n-workflow';

export const optionFields: INodeProperties[] = [
    {
        displayName: 'Download the Video',
        name: 'download',
        type: 'boolean',
        displayOptions: { show: { operation: ['generate', 'collect'] } },
        default: false,
        description: 'Whether to add the video as a file, and not only its URL',
    },
    {
        displayName: 'Put Output File in Field',
        name: 'binaryPropertyName',
        type: 'string',
        required: true,
        displayOptions: { show: { operation: ['generate', 'collect'], download: [true] } },
        default: 'data',
        hint: 'The name of the output binary field to put the file in',
    },
    {
        displayName: 'Options',
        name: 'options',
        type: 'collection',
        placeholder: 'Add option',
        default: {},
        options: [
            {
                displayName: 'Largest File (MiB)',
                name: 'largestFile',
                type: 'number',
                displayOptions: { show: { '/operation': ['generate', 'collect'], '/download': [true] } },
                typeOptions: { minValue: 1 },
                default: 256,
                description: 'A larger video is not downloaded: the item fails, and its video stays collectable',
            },
            {
                displayName: 'Most Runs per Execution',
                name: 'mostRuns',
                type: 'number',
                displayOptions: { show: { '/operation': ['generate', 'start'] } },
                typeOptions: { minValue: 0 },
                default: 100,
                description:
                    'A brake on spending, for a workflow that feeds itself: when this execution has started so many runs with this node, further items fail before anything is paid for them. 0: no limit.',
            },
            {
                displayName: 'Run Key',
                name: 'runKey',
                type: 'string',
                displayOptions: { show: { '/operation': ['generate', 'start'] } },
                default: '',
                description:
                    'A name of your own for the run, e.g. the number of an order. The same name with the same inputs gives the same video, also in another execution, and is paid for once. Default: execution, node, run and item.',
            },
            {
                displayName: 'Timeout (Minutes)',
                name: 'timeout',
                type: 'number',
                displayOptions: { show: { '/operation': ['generate', 'start'] } },
                typeOptions: { minValue: 1 },
                default: 15,
                description: 'When this has passed, the item fails; the job goes on and stays collectable',
            },
            {
                displayName: 'Wait at Most (Seconds)',
                name: 'wait',
                type: 'number',
                displayOptions: { show: { '/operation': ['collect'] } },
                typeOptions: { minValue: 0 },
                default: 0,
                description: 'How long to wait for a video that is still rendering; 0 looks once',
            },
        ],
    },
];
