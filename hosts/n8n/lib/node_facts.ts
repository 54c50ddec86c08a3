// What the build writes of the module's nodes into nodes/facts.ts; everything else about a node is asked of its descriptor.
import type { IDataObject } from 'n8n-workflow';

import type { NodeDescriptor } from '../native/addon';
import { mediaOutputs } from '../native/durable/fields';

import type { FieldUse } from './inputs';
import { worker } from './worker';

export interface NodeFacts {
    /** The type of its credential; null: it needs none. */
    credential: string | null;
    inputUses: FieldUse[];
    /** An input that the schema accepts. */
    exampleInput: IDataObject;
}

/** The one kind of connection that a module's nodes have. */
export interface ConnectionFacts {
    credential: string;
    uses: FieldUse[];
    /** Where the service is, unless the credential says otherwise. */
    baseUrl: string | null;
    /** How the service is asked for a job, as far as that is known. */
    binding: Binding | null;
}

export interface Binding {
    authorization: { header: string; value: string };
    poll: { path: string };
}

export function descriptorOf(actionId: string): NodeDescriptor {
    const descriptor = worker.module.find(actionId);
    if (descriptor === undefined) {
        throw new Error(`This package has no node ${actionId}. The run is another package's, or of another version of this one.`);
    }
    return descriptor;
}

/** The output that is the URL of a file, or undefined. */
export const mediaOutputOf = (actionId: string) => mediaOutputs(descriptorOf(actionId).outputSchema).at(0);
