// The credential's test: everything that can be checked without a run, which would cost money. The module checks the values;
// then the service is asked, with the key, for a job that does not exist. Only an answer that refuses the key fails the test:
// which other answers a service gives to such a question is not specified.
import type {
    ICredentialDataDecryptedObject,
    ICredentialsDecrypted,
    IDataObject,
    INodeCredentialTestResult,
} from 'n8n-workflow';

import { statusOf } from '../native/durable/service_request';
import { connectionFacts, nodeFacts } from '../nodes/facts';

import { readConnection } from './inputs';
import { wordsOf } from './item_error';
import type { Binding } from './node_facts';
import { worker } from './worker';

const noJob = 'connection-test';

async function checkValues(actionId: string, connection: IDataObject) {
    const { exampleInput: input } = nodeFacts[actionId];
    await worker.session.execute({ node: actionId, input, connection, validateOnly: true });
}

async function askService(base: string, { authorization, poll }: Binding, { api_key: key, ca_file: caFile }: IDataObject) {
    const root = base.trim().replace(/\/$/, '');
    const url = new URL(root + poll.path.replace('{id}', noJob));
    const headers = { [authorization.header]: authorization.value.replace('{{api_key}}', () => String(key).trim()) };
    return await statusOf(url, { headers, caFile: caFile as string | undefined });
}

const passed = (message: string): INodeCredentialTestResult => ({ status: 'OK', message });
const failed = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });

/** `actionId`: of a node that takes the credential. */
export async function checkCredential(
    { data }: ICredentialsDecrypted<ICredentialDataDecryptedObject>,
    actionId: string,
): Promise<INodeCredentialTestResult> {
    let connection: IDataObject;
    try {
        connection = readConnection(data ?? {}, connectionFacts?.uses ?? []);
        await checkValues(actionId, connection);
    } catch (error) {
        const { message, description } = wordsOf(error);
        return failed([message, description].filter(Boolean).join(' '));
    }
    if (connection.proxy) {
        return passed('The values are valid. Whether the service answers behind the proxy shows at the first run.');
    }
    // A binding of the credential's own need not say how the key is sent.
    const { authorization, poll } = { ...connectionFacts?.binding, ...(connection.api_binding as Partial<Binding>) };
    const base = connection.base_url ?? connectionFacts?.baseUrl;
    if (!authorization || !poll || !base) {
        return passed('The values are valid. Whether the service accepts them shows at the first run.');
    }
    try {
        const status = await askService(String(base), { authorization, poll }, connection);
        return status === 401 || status === 403
            ? failed(`The service refused the API key (HTTP ${status}). Check the API key, and that it belongs to this base URL.`)
            : passed('The service answers and does not refuse the API key');
    } catch (error) {
        const { message } = error as Error;
        return failed(`The service cannot be reached: ${message}. Check the base URL, the CA file, and the network.`);
    }
}
