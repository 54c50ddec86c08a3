// A failed item as n8n shows it, and as a flow reads it: the error table's fields.
import {
    NodeApiError,
    NodeOperationError,
    type IDataObject,
    type IExecuteFunctions,
    type JsonObject,
} from 'n8n-workflow';

import { ModuleError, RunError } from '../native/addon';
import { detailsBeside, labeller } from '../native/durable/labels';

import { RunFailed, RunSuspended } from './node_run';

export const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

/** The members of the error table, as far as they are known. */
export function fieldsOfError(error: unknown): IDataObject {
    if (error instanceof RunFailed) {
        return { ...fieldsOfError(error.reason), run_key: error.runKey };
    }
    if (error instanceof RunError || error instanceof RunSuspended) {
        return { ...error.fields };
    }
    const message = error instanceof Error ? error.message : String(error);
    return error instanceof ModuleError ? { message, code: error.code } : { message };
}

export const isSuspended = (error: unknown) => error instanceof RunFailed && error.reason instanceof RunSuspended;

/** What happened, and what to do, in sentences. `labels`: what people call the fields that it may be about. */
export function wordsOf(error: unknown, labels = {}) {
    const fields = fieldsOfError(error);
    const inWords = labeller(labels);
    const details = (fields.details ?? []) as { path: string; message: string }[];
    const description = [
        ...detailsBeside({ message: String(fields.message), details }, labels),
        fields.solution,
        fields.charged === 'unknown' ? 'It may have been charged' : '',
    ]
        .filter(Boolean)
        .map((text) => sentence(String(text)))
        .join(' ');
    const message = [fields.type, fields.message].filter(Boolean).join(': ');
    return { message: inWords(message), description: inWords(description), fields };
}

export function nodeErrorOf(context: IExecuteFunctions, error: unknown, itemIndex: number) {
    const { message, description, fields } = wordsOf(error);
    const options = { message, description, itemIndex };
    const status = fields.http_status;
    const nodeError =
        typeof status === 'number'
            ? new NodeApiError(context.getNode(), fields as JsonObject, { ...options, httpCode: String(status) })
            : new NodeOperationError(context.getNode(), message, options);
    nodeError.context.data = fields;
    return nodeError;
}
