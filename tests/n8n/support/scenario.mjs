// What the tests of executions share: a job server, a credential, and asking whether every item has its one job and its video.
import assert from 'node:assert/strict';

import { JobServer } from '../../support/job_server.js';

import { itemsOf, N8n } from './n8n.mjs';
import { apiKey, credentialFor, imageToVideo, photos, workflow } from './workflows.mjs';

/** How often a test kills a worker, and from which seed come the moments. */
export const kills = Number(process.env.N8N_TEST_KILLS ?? 20);
export const seed = Number(process.env.N8N_TEST_SEED ?? Date.now() % 100_000);

export class Scenario {
    /** `prepare` is called once n8n runs, before there is a credential. */
    static async start(options, workers, prepare = async () => {}) {
        const scenario = new Scenario();
        scenario.server = await new JobServer({ apiKey }).start();
        scenario.n8n = new N8n(options);
        try {
            await scenario.n8n.start({ workers });
            await prepare(scenario.n8n);
            scenario.credential = await scenario.n8n.addCredential(credentialFor(scenario.server));
        } catch (error) {
            await scenario.end();
            throw error;
        }
        return scenario;
    }

    async end() {
        await this.n8n.end();
        await this.server.end();
    }

    /** A workflow with a webhook of this name, and the node with these parameters. */
    addWorkflow(name, parameters, more, settings) {
        return this.n8n.addWorkflow(workflow(name, [imageToVideo(this.credential, parameters, more)], settings));
    }

    /** Starts an execution with `count` items whose prompts begin with the text. */
    trigger(name, text, count) {
        return this.n8n.trigger(name, { items: photos(text, count) });
    }

    /** An execution that collects the videos of another one by its number. */
    async collectionOf(id, limitMs = 90_000) {
        if (!this.n8n.hasWorkflow('collect')) {
            const parameters = { operation: 'collect', findBy: 'executionId', executionId: '={{ $json.id }}', options: { wait: 60 } };
            await this.addWorkflow('collect', parameters);
        }
        return await this.n8n.finished(await this.n8n.trigger('collect', { items: [{ id }] }), limitMs);
    }

    /** Exactly one job for each of the items with the text. */
    assertOneJobEach(text, count) {
        const jobs = this.server.jobsOf(text);
        const prompts = new Set(jobs.map(({ input }) => input.prompt));
        assert.equal(jobs.length, count, `${jobs.length} jobs for ${count} items "${text}"`);
        assert.equal(prompts.size, count);
    }

    /** The execution has succeeded, and every item has the video of its own job. */
    assertVideos(execution, text, count, node) {
        assert.equal(execution.status, 'success', `execution ${execution.id}: ${JSON.stringify(execution.data?.resultData?.error)}`);
        const items = itemsOf(execution, node);
        const expected = photos(text, count).map(({ prompt }) => {
            const job = this.server.jobsOf(text).find(({ input }) => input.prompt === prompt);
            return this.server.videoOf(job);
        });
        assert.deepEqual(items.map(({ json }) => json.video), expected);
    }
}

/** Numbers from 0 to 1 that a seed repeats. */
export function randomNumbers(seed) {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}
