'use strict';
// The service's API without the rendering: a job is done a chosen time after it was submitted, and its video is a few bytes.
// For tests in JavaScript, of one run or of a thousand.
const http = require('node:http');
const https = require('node:https');

const video = Buffer.alloc(100_000, 'video');

function send(response, status, body) {
    const text = JSON.stringify(body);
    response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
    response.end(text);
}

/** The path of AgenticFlow's workflow API, which is served too. It knows no idempotency keys. */
const workflowRuns = '/v1/workflow_runs/';

const files = '/v1/files';
/** How files are handed over, for an API's description. */
const filesDescribed = {
    media_types: ['image/jpeg', 'image/png'],
    as: 'upload',
    upload: { steps: [{ method: 'POST', path: files, file: true, keep: { url: ['/url'] } }], url: '{{kept.url}}' },
};

const sendError = (response, status, code, message) => send(response, status, { error: { code, message } });

async function bodyOf(request) {
    const chunks = [];
    for await (const chunk of request) {
        chunks.push(chunk);
    }
    return Buffer.concat(chunks);
}

class JobServer {
    /** How long a job takes from its submit. */
    renderMs = () => 1000;
    /** Before a submit is answered; the job exists by then. */
    submitMs = 0;
    honoursKeys = true;
    /** false: a submit gets no answer, and makes no job. */
    takesSubmits = true;
    submitsHeld = 0;
    /** {key, cert} in PEM, for https. */
    tls = null;
    /** The only API key that is taken; null: any. */
    apiKey = null;
    videoOf = (job) => `${this.url}/videos/${job.id}.mp4`;
    /** Answers for the video, which is at a path below /videos/. */
    sendVideo = (request, response) => {
        response.writeHead(200, { 'Content-Type': 'video/mp4', 'Content-Length': video.length });
        response.end(video);
    };

    uploads = []; // the files that were handed over, as Buffers; a job's input then has the URL of one
    jobs = new Map(); // id -> {id, api: the submit's path, input, key, submittedAt, doneAt, cancelled, submits, polls}
    #byKey = new Map();
    #server;

    /** `options`: any of the above. */
    constructor(options = {}) {
        Object.assign(this, options);
    }

    async start() {
        const handle = (request, response) => this.#handle(request, response);
        this.#server = this.tls ? https.createServer(this.tls, handle) : http.createServer(handle);
        this.#server.keepAliveTimeout = 60_000;
        await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
        this.url = `${this.tls ? 'https' : 'http'}://127.0.0.1:${this.#server.address().port}`;
        return this;
    }

    async end() {
        const closed = new Promise((resolve) => this.#server.close(resolve));
        const closing = setInterval(() => this.#server.closeAllConnections(), 50); // also what was on its way
        this.#server.closeAllConnections();
        await closed;
        clearInterval(closing);
    }

    /** The jobs whose prompt has the text. */
    jobsOf(text) {
        return [...this.jobs.values()].filter(({ input }) => input.prompt.includes(text));
    }

    /** Those of them that were polled. Their ids are recorded by then: a job is polled once the host has kept its checkpoint. */
    recordedJobsOf(text) {
        return this.jobsOf(text).filter(({ polls }) => polls > 0);
    }

    #submit(api, key, input) {
        const known = this.honoursKeys && key !== undefined ? this.#byKey.get(key) : undefined;
        if (known) {
            known.submits += 1;
            return known;
        }
        const id = `job_${this.jobs.size + 1}`;
        const submittedAt = performance.now();
        const doneAt = submittedAt + this.renderMs(input);
        const job = { id, api, input, key, submittedAt, doneAt, cancelled: false, submits: 1, polls: 0 };
        this.jobs.set(id, job);
        this.#byKey.set(key, job);
        return job;
    }

    #state(job) {
        if (job.api === workflowRuns) {
            const isDone = job.doneAt <= performance.now();
            return { id: job.id, status: isDone ? 'success' : 'running', output: isDone ? { video: this.videoOf(job) } : null };
        }
        if (job.cancelled) {
            return { id: job.id, status: 'cancelled' };
        }
        const left = job.doneAt - performance.now();
        if (left <= 0) {
            return { id: job.id, status: 'succeeded', progress: 1, output: { video: this.videoOf(job) } };
        }
        const progress = 1 - left / (job.doneAt - job.submittedAt);
        return { id: job.id, status: 'running', progress, eta_seconds: left / 1000 };
    }

    async #handle(request, response) {
        const body = await bodyOf(request);
        const { pathname } = new URL(request.url, this.url);
        if (pathname.startsWith('/videos/')) {
            this.sendVideo(request, response);
        } else if (pathname.startsWith('/uploads/')) {
            response.end(this.uploads[Number(pathname.split('/').pop()) - 1]);
        } else if (this.apiKey !== null && request.headers.authorization !== `Bearer ${this.apiKey}`) {
            sendError(response, 401, 'invalid_api_key', 'The key is wrong');
        } else if (pathname === files) {
            this.uploads.push(body);
            send(response, 200, { url: `${this.url}/uploads/${this.uploads.length}` });
        } else if (request.method === 'POST') {
            const given = JSON.parse(body);
            const input = pathname === workflowRuns ? given.input : given;
            this.#handleSubmit(pathname, request.headers['idempotency-key'], input, response);
        } else {
            this.#handleJob(request.method, this.jobs.get(pathname.split('/').pop()), response);
        }
    }

    #handleSubmit(api, key, input, response) {
        if (!this.takesSubmits) {
            this.submitsHeld += 1;
            return;
        }
        if (input.prompt.includes('vague')) {
            const what = input.prompt.includes('markup') ? 'Is it <left> & <right>?' : 'Which motion is wanted?';
            sendError(response, 422, 'prompt_too_vague', what);
            return;
        }
        // As it is now: on a busy machine a job of a few milliseconds would be done when the answer is sent.
        const state = this.#state(this.#submit(api, key, input));
        setTimeout(() => send(response, 202, state), this.submitMs);
    }

    #handleJob(method, job, response) {
        if (job === undefined) {
            sendError(response, 404, 'not_found', 'There is no such job');
            return;
        }
        if (method === 'DELETE') {
            job.cancelled ||= job.doneAt > performance.now();
        } else {
            job.polls += 1;
        }
        send(response, 200, this.#state(job));
    }
}

module.exports = { JobServer, filesDescribed };
