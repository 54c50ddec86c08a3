// The credential's test: what can be checked without a run, which would cost money.
import type {
    ICredentialDataDecryptedObject,
    ICredentialsDecrypted,
    INodeCredentialTestResult,
} from 'n8n-workflow';

import { checkConnection } from '../native/durable/check_connection';
import { connectionFacts } from '../nodes/facts';

import { readConnection } from './inputs';
import { sentence, wordsOf } from './item_error';
import { descriptorOf } from './node_facts';
import { worker } from './worker';

const accepted = 'The service answers and takes the API key. Nothing was submitted.';
const notAsked = 'The values are valid. Whether the service accepts them shows at the first run.';

/** `actionId`: of a node that takes the credential. */
export async function checkCredential(
    { data }: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
    actionId: string,
): Promise<INodeCredentialTestResult> {
    try {
        const connection = readConnection(data ?? {}, connectionFacts?.uses ?? []);
        const { asked, warnings } = await checkConnection(worker.session, descriptorOf(actionId), connection);
        const words = [asked ? accepted : notAsked, ...warnings.map(({ message }) => sentence(message))];
        return { status: 'OK', message: words.join(' ') };
    } catch (error) {
        const { message, description } = wordsOf(error, connectionFacts?.labels);
        return { status: 'Error', message: [sentence(message), description].filter(Boolean).join(' ') };
    }
}
