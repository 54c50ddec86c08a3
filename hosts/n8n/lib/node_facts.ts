// What the build writes about the module's nodes into nodes/facts.ts; everything else comes from a node's descriptor.
import type { IDataObject } from 'n8n-workflow';

import type { NodeDescriptor } from '../native/addon';
import type { Labels } from '../native/durable/labels';
import { formOf } from '../native/durable/node_form';

import type { FieldUse } from './inputs';
import type { Media } from './media_file';
import { worker } from './worker';

export interface NodeFacts {
    /** The credential's type; null: the node needs none. */
    credential: string | null;
    inputUses: FieldUse[];
}

/** The single kind of connection of a module's nodes. */
export interface ConnectionFacts {
    credential: string;
    uses: FieldUse[];
    /** Of its fields, by their names. */
    labels: Labels;
}

export function descriptorOf(actionId: string): NodeDescriptor {
    const descriptor = worker.module.find(actionId);
    if (descriptor === undefined) {
        throw new Error(`This package has no node ${actionId}: the run comes from another package or another version of it.`);
    }
    return descriptor;
}

/** The output that is the URL of a file. Undefined: the node has none, or this run did not produce it. */
export function mediaOf({ node, output, isKept }: { node: string; output: IDataObject; isKept: boolean }): Media | undefined {
    const [media] = formOf(descriptorOf(node)).mediaOutputs;
    const url = media && output[media.name];
    return typeof url === 'string' ? { ...media, url, isKept } : undefined;
}

/** What a run of the node costs by the service's list; null: it says nothing, or there is no such node. */
export function priceOf(actionId: string): IDataObject | null {
    const descriptor = worker.module.find(actionId);
    const price = descriptor === undefined ? null : formOf(descriptor).price;
    return price && { credits: price.credits, us_dollars: price.dollars };
}
