import type { INodeProperties } from 'n8n-workflow';

export const collectFields: INodeProperties[] = [
    {
        displayName: 'Find the Run By',
        name: 'findBy',
        type: 'options',
        displayOptions: { show: { operation: ['collect'] } },
        options: [
            {
                name: 'Checkpoint',
                value: 'checkpoint',
                description: 'As the Start operation returned it; needs nothing else to be kept',
            },
            {
                name: 'Execution ID',
                value: 'executionId',
                description: 'Every video of an execution that n8n has given up, an item each',
            },
            {
                name: 'Job ID',
                value: 'jobId',
                description: "The service's name of the job, as errors and the Start operation tell it",
            },
            {
                name: 'Run Key',
                value: 'runKey',
                description: "The run's name, as errors and all operations tell it",
            },
        ],
        default: 'checkpoint',
    },
    {
        displayName: 'Checkpoint',
        name: 'checkpoint',
        type: 'json',
        required: true,
        displayOptions: { show: { operation: ['collect'], findBy: ['checkpoint'] } },
        default: '={{ $json.checkpoint }}',
        description: 'The checkpoint that the Start operation returned, unchanged',
    },
    {
        displayName: 'Execution ID',
        name: 'executionId',
        type: 'string',
        required: true,
        displayOptions: { show: { operation: ['collect'], findBy: ['executionId'] } },
        default: '',
        placeholder: 'e.g. 1234',
        description: "The execution's number, as n8n's list of executions shows it",
    },
    {
        displayName: 'Job ID',
        name: 'jobId',
        type: 'string',
        required: true,
        displayOptions: { show: { operation: ['collect'], findBy: ['jobId'] } },
        default: '={{ $json.job_id }}',
    },
    {
        displayName: 'Run Key',
        name: 'runKey',
        type: 'string',
        required: true,
        displayOptions: { show: { operation: ['collect'], findBy: ['runKey'] } },
        default: '={{ $json.run_key }}',
    },
];
