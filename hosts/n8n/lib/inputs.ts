// From what a user has filled in to what the module takes. What is left empty is left out, so that the schema's default holds.
import type { ICredentialDataDecryptedObject, IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { JsonSchema } from '../native/addon';
import { readGiven } from '../native/durable/given_input';

/** What the form says about a field beyond its looks. */
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

/** `schema`: of the input. Returns it with what is to be said beside its output. */
export function readInput(context: IExecuteFunctions, uses: readonly FieldUse[], schema: JsonSchema, item: number) {
    const given: IDataObject = {};
    for (const { name, nullWhenEmpty } of uses) {
        const value = context.getNodeParameter(name, item, null) as IDataObject[string];
        // Not an empty text: a run that was begun with null before would be another run, and be paid again.
        if (nullWhenEmpty && isEmpty(value)) {
            given[name] = null;
        } else if (value !== undefined && value !== null) {
            given[name] = value;
        }
    }
    const { input, warnings } = readGiven(schema, given);
    const properties = schema.properties as Record<string, JsonSchema>;
    for (const { name, onlyFor } of uses) {
        if (onlyFor && (input[onlyFor.field] ?? properties[onlyFor.field].default) !== onlyFor.is) {
            delete input[name];
        }
    }
    return { input, warnings: warnings as IDataObject[] };
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
