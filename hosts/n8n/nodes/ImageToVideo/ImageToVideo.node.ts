import type {
    ICredentialDataDecryptedObject,
    ICredentialsDecrypted,
    ICredentialTestFunctions,
    IExecuteFunctions,
    INodeCredentialTestResult,
    INodeExecutionData,
    INodeType,
    INodeTypeDescription,
} from 'n8n-workflow';

import { checkCredential } from '../../lib/check_credential';
import { executeItems } from '../../lib/execute_items';

import { collectFields } from './CollectDescription';
import { inputFields } from './InputsDescription';
import { optionFields } from './OptionsDescription';

export class ImageToVideo implements INodeType {
    description: INodeTypeDescription = {
        displayName: 'Image to Video',
        name: 'imageToVideo',
        icon: 'file:imageToVideo.svg',
        group: ['transform'],
        version: 1,
        subtitle: '={{ $parameter["operation"] }}',
        description: 'Animate an image with PixelML',
        defaults: {
            name: 'Image to Video',
        },
        inputs: ['main'],
        outputs: ['main'],
        usableAsTool: true,
        credentials: [
            {
                name: 'pixelMlApi',
                required: true,
                testedBy: 'pixelMlApiTest',
            },
        ],
        properties: [
            {
                displayName: 'Operation',
                name: 'operation',
                type: 'options',
                noDataExpression: true,
                options: [
                    {
                        name: 'Collect',
                        value: 'collect',
                        description: 'Get the video of a run that was started before, or learn that it is still rendering',
                        action: 'Collect the video of a run',
                    },
                    {
                        name: 'Generate',
                        value: 'generate',
                        description: 'Make a video from an image, and wait for it',
                        action: 'Generate a video from an image',
                    },
                    {
                        name: 'Start',
                        value: 'start',
                        description: 'Submit a video and return at once with a checkpoint, to collect it later',
                        action: 'Start a video from an image',
                    },
                ],
                default: 'generate',
            },
            ...inputFields,
            ...collectFields,
            ...optionFields,
        ],
    };

    methods = {
        credentialTest: {
            async pixelMlApiTest(
                this: ICredentialTestFunctions,
                credential: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
            ): Promise<INodeCredentialTestResult> {
                return await checkCredential(credential);
            },
        },
    };

    async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
        return await executeItems(this);
    }
}
