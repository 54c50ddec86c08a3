// Storage that is asked by signed URLs, as S3 is. It looks at no signature.
import { LoopbackServer } from './loopback_server.mjs';

export class Bucket extends LoopbackServer {
    objects = new Map(); // by their paths

    async handle(request, response) {
        const { pathname } = new URL(request.url, this.url);
        if (request.method === 'PUT') {
            const data = Buffer.concat(await request.toArray());
            this.objects.set(pathname, { type: request.headers['content-type'], data });
            response.end();
            return;
        }
        const object = this.objects.get(pathname);
        response.writeHead(object ? 200 : 404, object?.type && { 'content-type': object.type }).end(object?.data);
    }
}
