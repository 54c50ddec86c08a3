// The API in small, where FFmpeg would be too slow: a job is done a chosen time after it was submitted. The idempotency key
// is honoured, unless a test says otherwise.
import { createServer } from 'node:http';

const video = Buffer.alloc(100_000, 'video');

function send(response, status, body, headers = {}) {
    const text = JSON.stringify(body);
    response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), ...headers });
    response.end(text);
}

export class JobServer {
    renderMs = () => 1000;
    honoursKeys = true;
    /** Before a submit is answered; the job exists by then. */
    submitMs = 0;
    jobs = new Map(); // id -> {id, input, doneAt, cancelled, submits, polls}
    #byKey = new Map();

    async start() {
        this.server = createServer((request, response) => this.#handle(request, response));
        this.server.keepAliveTimeout = 60_000;
        await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
        this.url = `http://127.0.0.1:${this.server.address().port}`;
        return this;
    }

    end() {
        this.server.closeAllConnections();
        return new Promise((resolve) => this.server.close(resolve));
    }

    /** The jobs whose prompt has the text. */
    jobsOf(text) {
        return [...this.jobs.values()].filter(({ input }) => input.prompt.includes(text));
    }

    /** Those of them that were polled. Their ids are recorded by then: a job is polled once the host has kept its checkpoint. */
    recordedJobsOf(text) {
        return this.jobsOf(text).filter(({ polls }) => polls > 0);
    }

    videoOf(job) {
        return `${this.url}/videos/${job.id}.mp4`;
    }

    #submit(key, input) {
        const known = this.honoursKeys ? this.#byKey.get(key) : undefined;
        if (known) {
            known.submits += 1;
            return known;
        }
        const id = `job_${String(this.jobs.size + 1).padStart(6, '0')}`;
        const job = { id, input, key, doneAt: performance.now() + this.renderMs(input), cancelled: false, submits: 1, polls: 0 };
        this.jobs.set(id, job);
        this.#byKey.set(key, job);
        return job;
    }

    #state(job) {
        if (job.cancelled) {
            return { id: job.id, status: 'cancelled' };
        }
        const left = job.doneAt - performance.now();
        return left <= 0
            ? { id: job.id, status: 'succeeded', output: { video: this.videoOf(job) } }
            : { id: job.id, status: 'running', eta_seconds: left / 1000 };
    }

    async #handle(request, response) {
        const chunks = [];
        for await (const chunk of request) {
            chunks.push(chunk);
        }
        const { pathname } = new URL(request.url, this.url);
        if (pathname.startsWith('/videos/')) {
            response.writeHead(200, { 'Content-Type': 'video/mp4', 'Content-Length': video.length });
            response.end(video);
            return;
        }
        if (request.headers.authorization !== 'Bearer a-secret-key') {
            send(response, 401, { error: { code: 'invalid_api_key', message: 'The key is wrong' } });
            return;
        }
        if (request.method === 'POST' && pathname === '/v1/image-to-video') {
            const input = JSON.parse(Buffer.concat(chunks));
            if (input.prompt.includes('vague')) {
                send(response, 422, { error: { code: 'prompt_too_vague', message: 'Which motion is wanted?' } });
                return;
            }
            const job = this.#submit(request.headers['idempotency-key'], input);
            setTimeout(() => send(response, 202, this.#state(job)), this.submitMs);
            return;
        }
        const job = this.jobs.get(pathname.split('/').pop());
        if (job === undefined) {
            send(response, 404, { error: { code: 'not_found', message: 'There is no such job' } });
            return;
        }
        if (request.method === 'DELETE') {
            job.cancelled ||= job.doneAt > performance.now();
        } else {
            job.polls += 1;
        }
        send(response, 200, this.#state(job));
    }
}
