import type { IAuthenticateGeneric, ICredentialType } from 'n8n-workflow';

import { builtInBinding, connectionFields } from './ConnectionDescription';

const { header, value } = builtInBinding.authorization;

export class PixelMlApi implements ICredentialType {
    name = 'pixelMlApi';

    displayName = 'PixelML API';

    documentationUrl = 'https://pixelml.com';

    icon = 'file:../nodes/ImageToVideo/imageToVideo.svg' as const;

    properties = connectionFields;

    /** For n8n's own HTTP Request node. */
    authenticate: IAuthenticateGeneric = {
        type: 'generic',
        properties: {
            headers: {
                [header]: `=${value.replace('{{api_key}}', '{{$credentials.api_key}}')}`,
            },
        },
    };
}
