// The credential's Test: what can be known without a run, which would cost money. The module checks the values; then the
// service is asked, with the key, for a job that there is none of. Refusing the key is the one answer that fails: nobody has
// said what else the service answers to that.
import type {
    ICredentialDataDecryptedObject,
    ICredentialsDecrypted,
    IDataObject,
    INodeCredentialTestResult,
} from 'n8n-workflow';

import { builtInBinding, connectionFields, connectionUses, exampleInput } from '../credentials/ConnectionDescription';
import { statusOf } from '../native/service_request';

import { readConnection } from './inputs';
import { wordsOf } from './item_error';
import { worker } from './worker';

const noJob = 'connection-test';
const defaultBaseUrl = connectionFields.find(({ name }) => name === 'base_url')?.default;

async function checkValues(connection: IDataObject) {
    const node = worker.module.nodes[0].actionId;
    await worker.session.execute({ node, input: exampleInput, connection, validateOnly: true });
}

async function askService({ api_key: key, base_url: base, api_binding: own, ca_file: caFile }: IDataObject) {
    const { authorization, poll } = (own as typeof builtInBinding | undefined) ?? builtInBinding;
    const url = new URL(String(base ?? defaultBaseUrl).trim().replace(/\/$/, '') + poll.path.replace('{id}', noJob));
    const headers = { [authorization.header]: authorization.value.replace('{{api_key}}', () => String(key).trim()) };
    return await statusOf(url, { headers, caFile: caFile as string | undefined });
}

const failed = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });

export async function checkCredential({
    data,
}: ICredentialsDecrypted<ICredentialDataDecryptedObject>): Promise<INodeCredentialTestResult> {
    let connection: IDataObject;
    try {
        connection = readConnection(data ?? {}, connectionUses);
        await checkValues(connection);
    } catch (error) {
        const { message, description } = wordsOf(error);
        return failed([message, description].filter(Boolean).join(' '));
    }
    if (connection.proxy) {
        return { status: 'OK', message: 'The values are valid; whether the service answers behind the proxy, a run will show' };
    }
    try {
        const status = await askService(connection);
        return status === 401 || status === 403
            ? failed(`The service refused the API key (HTTP ${status}). Check the API key, and that it belongs to this base URL.`)
            : { status: 'OK', message: 'The service answers, and does not refuse the API key' };
    } catch (error) {
        const { message } = error as Error;
        return failed(`The service cannot be asked: ${message}. Check the base URL, the CA file, and the network.`);
    }
}
