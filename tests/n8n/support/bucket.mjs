// Storage that is asked by signed URLs, as S3 is. It looks at no signature.
import http from 'node:http';

export class Bucket {
    objects = new Map(); // by their paths

    async start() {
        this.server = http.createServer((request, response) => void this.#handle(request, response));
        await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
        this.url = `http://127.0.0.1:${this.server.address().port}`;
        return this;
    }

    end() {
        this.server.closeAllConnections();
        return new Promise((resolve) => this.server.close(resolve));
    }

    async #handle(request, response) {
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
