// fal's merge-videos, as fal.ai/models/fal-ai/ffmpeg-api/merge-videos describes it. It joins nothing, but notes what it was to join.
import { LoopbackServer } from './loopback_server.mjs';

export class VideoJoiner extends LoopbackServer {
    joined = []; // the URLs of each request

    /** `authorization`: what the header must say. */
    constructor(authorization) {
        super();
        this.authorization = authorization;
    }

    get credential() {
        return { name: 'fal', type: 'httpHeaderAuth', data: { name: 'Authorization', value: this.authorization } };
    }

    async handle(request, response) {
        const body = Buffer.concat(await request.toArray());
        const isJoin = request.method === 'POST' && request.url === '/fal-ai/ffmpeg-api/merge-videos';
        const isAllowed = request.headers.authorization === this.authorization;
        const { video_urls: urls } = isJoin && isAllowed ? JSON.parse(body) : {};
        const clips = Array.isArray(urls) ? await Promise.all(urls.map((url) => fetch(url))) : [];
        if (clips.length < 2 || !clips.every(({ ok }) => ok)) {
            response.writeHead(isAllowed ? 422 : 401, { 'content-type': 'application/json' }).end('{"detail":"no"}');
            return;
        }
        this.joined.push(urls);
        const name = `${this.joined.length}.mp4`;
        const video = { url: `${this.url}/joined/${name}`, content_type: 'video/mp4', file_name: name, file_size: 1000 };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ video, metadata: {} }));
    }
}
