// Turns what a user has filled in into the module's input. Empty fields are left out, so that the schema's default applies.
import type { IBinaryData, ICredentialDataDecryptedObject, IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { JsonSchema } from '../native/addon';
import { readGiven } from '../native/durable/given_input';

import { attachedFile, type Attachments, type EarlierAttempt } from './attached_files';

/** What the form says about a field beyond its looks. */
export interface FieldUse {
    name: string;
    /** The schema requires it and allows null: an empty field becomes null. */
    nullWhenEmpty?: boolean;
    /** What the form may take instead of it: a file of the item. */
    file?: { choice: string; field: string };
    /** Used only if another field has one of these values. */
    onlyFor?: { field: string; isOneOf: unknown[] };
    /** How the text in the form is read. */
    reads?: 'json' | 'boolean';
}

const isEmpty = (value: unknown) => value === undefined || value === null || value === '';

/** `schema`: the input's. Also returns the files in it, and the warnings that belong beside the output. */
export async function readInput(
    context: IExecuteFunctions,
    uses: readonly FieldUse[],
    schema: JsonSchema,
    item: number,
    earlier: EarlierAttempt,
) {
    const given: IDataObject = {};
    const attachments: Attachments = {};
    for (const { name, nullWhenEmpty, file } of uses) {
        if (file && context.getNodeParameter(file.choice, item, 'url') === 'binary') {
            const parameter = context.getNodeParameter(file.field, item) as string | IBinaryData;
            const { reference, attachments: own } = await attachedFile(context, item, name, parameter, earlier);
            given[name] = reference;
            Object.assign(attachments, own);
            continue;
        }
        const value = context.getNodeParameter(name, item, null) as IDataObject[string];
        // Not an empty text: a run started earlier with null would become another run, and be paid for again.
        if (nullWhenEmpty && isEmpty(value)) {
            given[name] = null;
        } else if (value !== undefined && value !== null) {
            given[name] = value;
        }
    }
    const { input, warnings } = readGiven(schema, given);
    const properties = schema.properties as Record<string, JsonSchema>;
    for (const { name, onlyFor } of uses) {
        if (onlyFor && !onlyFor.isOneOf.includes(input[onlyFor.field] ?? properties[onlyFor.field].default)) {
            delete input[name];
        }
    }
    return { input, attachments, warnings: warnings as IDataObject[] };
}

function read(value: unknown, { name, reads }: FieldUse): IDataObject[string] {
    if (typeof value !== 'string' || reads === undefined) {
        return value as IDataObject[string];
    }
    try {
        return JSON.parse(value) as IDataObject[string];
    } catch {
        throw new Error(`The field ${name} of the credential is not ${reads === 'json' ? 'JSON' : 'true or false'}; correct it.`);
    }
}

export function readConnection(data: ICredentialDataDecryptedObject, uses: readonly FieldUse[]): IDataObject {
    const connection: IDataObject = {};
    for (const use of uses) {
        const value = data[use.name];
        if (!isEmpty(value)) {
            connection[use.name] = read(value, use);
        }
    }
    return connection;
}
