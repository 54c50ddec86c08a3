import type { IAuthenticateGeneric, ICredentialTestRequest, ICredentialType } from 'n8n-workflow';

import { connectionFields } from './ConnectionDescription';

export class PixelMlApi implements ICredentialType {
    name = 'pixelMlApi';

    displayName = 'PixelML API';

    documentationUrl = 'https://pixelml.com';

    icon = 'file:../nodes/ImageToVideo/imageToVideo.svg' as const;

    properties = connectionFields;

    authenticate: IAuthenticateGeneric = {
        type: 'generic',
        properties: {
            headers: {
                Authorization: '=Bearer {{$credentials.api_key}}',
            },
        },
    };

    /** Nothing that costs: it lists the account's jobs. */
    test: ICredentialTestRequest = {
        request: {
            baseURL: '={{$credentials.base_url}}',
            url: '/v1/jobs',
        },
    };
}
