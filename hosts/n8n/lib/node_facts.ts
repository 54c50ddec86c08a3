// What the build writes about the module's nodes into nodes/facts.ts; everything else comes from a node's descriptor.
import type { IDataObject } from 'n8n-workflow';

import type { NodeDescriptor } from '../native/addon';
import { mediaOutputs } from '../native/durable/fields';

import type { FieldUse } from './inputs';
import { worker } from './worker';

export interface NodeFacts {
    /** The credential's type; null: the node needs none. */
    credential: string | null;
    inputUses: FieldUse[];
    /** An input that the schema accepts. */
    exampleInput: IDataObject;
}

/** The single kind of connection of a module's nodes. */
export interface ConnectionFacts {
    credential: string;
    uses: FieldUse[];
    /** Where the service is, unless the credential says otherwise. */
    baseUrl: string | null;
    /** How to ask the service about a job; null: unknown. */
    binding: Binding | null;
}

export interface Binding {
    authorization: { header: string; value: string };
    poll: { path: string };
}

export function descriptorOf(actionId: string): NodeDescriptor {
    const descriptor = worker.module.find(actionId);
    if (descriptor === undefined) {
        throw new Error(`This package has no node ${actionId}: the run comes from another package or another version of it.`);
    }
    return descriptor;
}

/** The output that is the URL of a file, or undefined. */
export const mediaOutputOf = (actionId: string) => mediaOutputs(descriptorOf(actionId).outputSchema).at(0);
