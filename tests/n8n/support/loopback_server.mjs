// A server of the tests' own, on a port that is free. What extends it has handle(request, response).
import http from 'node:http';

export class LoopbackServer {
    #server;

    async start() {
        this.#server = http.createServer((request, response) => void this.handle(request, response));
        await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
        this.url = `http://127.0.0.1:${this.#server.address().port}`;
        return this;
    }

    end() {
        this.#server.closeAllConnections();
        return new Promise((resolve) => this.#server.close(resolve));
    }
}
