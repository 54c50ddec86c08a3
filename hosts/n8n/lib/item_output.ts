// What an item says of its run: the node's output, the run's names, and what is known of the money.
import type { IDataObject } from 'n8n-workflow';

import { expiryText } from '../native/media/url_expiry';

import { forFlow, type CollectFailure } from './collect_run';
import { fieldsOfError } from './item_error';
import { mediaOf, priceOf } from './node_facts';
import type { RunEnd } from './node_run';

/** The shortest wait for which n8n puts an execution aside is 65 s. */
const shortestWaitSeconds = 65;

/** Whether the run has been billed, as far as that is known: "yes", "unknown" or "no". */
function chargedOf(end: RunEnd | CollectFailure, error: IDataObject): IDataObject {
    if (end.status === 'failed') {
        return error.charged === undefined ? {} : { charged: error.charged };
    }
    if (end.status === 'succeeded') {
        return end.jobId === null ? {} : { charged: 'yes' };
    }
    return { charged: 'unknown' };
}

/** `price`: what such a run costs by the service's list. */
export function outputOf(end: RunEnd | CollectFailure): IDataObject {
    const error = end.status === 'failed' ? fieldsOfError(end.error) : {};
    const price = end.node === undefined ? null : priceOf(end.node);
    const money = { ...chargedOf(end, error), ...(price && { price }) };
    const names = { status: end.status, run_key: end.runKey, job_id: end.jobId };
    if (end.status === 'failed') {
        return { ...money, ...names, error };
    }
    const warnings = end.warnings.length > 0 ? { warnings: end.warnings } : {};
    if (end.status === 'succeeded') {
        const media = mediaOf(end);
        const expiry = media && expiryText(media.url);
        return { ...money, ...end.output, ...names, ...(expiry && { expires_at: expiry }), ...warnings };
    }
    return { ...money, ...names, ...forCollect(end), ...warnings };
}

/** What Wait and Collect take, also of a run that is done. */
export function forCollect(end: RunEnd): IDataObject {
    const seconds = end.status === 'rendering' ? Math.ceil((end.resumeAfterMs ?? 0) / 1000) : 0;
    return { wait_seconds: Math.max(seconds, shortestWaitSeconds), checkpoint: forFlow(end) as unknown as IDataObject };
}

/** Of a run that its item does not name. */
export function errorOf({ error, runKey, jobId }: CollectFailure): IDataObject {
    const fields = fieldsOfError(error);
    return { ...fields, run_key: runKey, job_id: jobId ?? fields.job_id };
}
