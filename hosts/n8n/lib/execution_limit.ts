// A spending limit for an execution that feeds itself: the number of runs that it has started with one node, over all of the
// node's run indexes. They are listed in the run store, so a worker that takes over the execution continues the count, and a
// repeated run counts once.
import { RunError } from '../native/addon';

import type { RunStore } from './run_store';

export const defaultMostRuns = 100;

/** The run was not started. */
function limitReached(most: number) {
    return new RunError({
        type: 'Spending Limit',
        code: 'spending_limit',
        message:
            `This execution has started ${most} runs with this node, which is its limit. ` +
            'This item was not run, and nothing was paid for it.',
        cause: "The node's own limit of runs per execution has been reached",
        solution:
            'Check that the workflow does not feed itself. If that many are intended, raise Most Runs per Execution in the ' +
            "node's options; 0 means no limit",
        retryable: false,
        charged: 'no',
    });
}

/** The list as far as it is known while the node executes: n8n may execute it several times at once, as an agent's tool. */
class Starts {
    users = 0;
    #known: Promise<Set<string>> | undefined;

    constructor(
        private readonly store: RunStore,
        private readonly list: string,
    ) {}

    async #load() {
        try {
            return new Set(await this.store.listed(this.list));
        } catch (error) {
            this.#known = undefined; // the next item asks again
            throw error;
        }
    }

    async admit(runKey: string, most: number) {
        const known = await (this.#known ??= this.#load());
        // There is no await from here to the entry, so no two items take the last place.
        if (known.has(runKey)) {
            return;
        }
        if (known.size >= most) {
            throw limitReached(most);
        }
        known.add(runKey);
        await this.store.addToList(this.list, runKey);
    }
}

const live = new Map<string, Starts>();

/**
 * Admits runs of one node in one execution until `close`. `most`: how many are allowed; 0: any number, not counted.
 */
export class ExecutionLimit {
    readonly #list: string;
    readonly #store: () => RunStore;
    #starts: Starts | undefined;

    constructor(store: () => RunStore, executionId: string, nodeId: string) {
        this.#store = store;
        this.#list = `starts:${executionId}:${nodeId}`;
    }

    async admit(runKey: string, most: number) {
        if (most === 0) {
            return;
        }
        if (this.#starts === undefined) {
            this.#starts = live.get(this.#list) ?? new Starts(this.#store(), this.#list);
            this.#starts.users += 1;
            live.set(this.#list, this.#starts);
        }
        await this.#starts.admit(runKey, most);
    }

    close() {
        if (this.#starts !== undefined && --this.#starts.users === 0) {
            live.delete(this.#list);
        }
        this.#starts = undefined;
    }
}
