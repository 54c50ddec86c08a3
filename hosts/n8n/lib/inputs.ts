// From what a user has filled in to what the module takes. What is left empty is left out, so that the schema's default holds.
import type { ICredentialDataDecryptedObject, IDataObject, IExecuteFunctions } from 'n8n-workflow';

/** What the form says about a field beyond its looks; generated from the schema. */
export interface FieldUse {
    name: string;
    /** Required by the schema, where it may be null: then an empty field is null. */
    nullWhenEmpty?: boolean;
    /** Of use only where another field has this value. */
    onlyFor?: { field: string; is: unknown };
    /** How the text in the form is read. */
    reads?: 'json' | 'boolean';
}

const isEmpty = (value: unknown) => value === undefined || value === null || value === '';

export function readInput(context: IExecuteFunctions, uses: readonly FieldUse[], item: number): IDataObject {
    const input: IDataObject = {};
    for (const { name, nullWhenEmpty } of uses) {
        const value = context.getNodeParameter(name, item, '') as IDataObject[string];
        if (!isEmpty(value)) {
            input[name] = value;
        } else if (nullWhenEmpty) {
            input[name] = null;
        }
    }
    for (const { name, onlyFor } of uses) {
        if (onlyFor && input[onlyFor.field] !== onlyFor.is) {
            delete input[name];
        }
    }
    return input;
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
