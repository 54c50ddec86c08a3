// Telegram's Bot API, as far as a bot needs it that takes photos: written from core.telegram.org/bots/api.
import { until } from '../../support/waiting.js';
import { LoopbackServer } from './loopback_server.mjs';

export class TelegramApi extends LoopbackServer {
    token = '1234567:of-the-tests';
    chat = 42;
    webhook = null; // as setWebhook was called
    #files = new Map(); // by their id: {path, data}
    #calls = []; // {method, parameters}
    #updates = 0;

    get credential() {
        return { name: 'Telegram', type: 'telegramApi', data: { accessToken: this.token, baseUrl: this.url } };
    }

    /** Returns its id. */
    addFile(path, data) {
        const id = `file-${this.#files.size + 1}`;
        this.#files.set(id, { path, data });
        return id;
    }

    /** Somebody writes to the bot. */
    async sends(content) {
        this.#updates += 1;
        const from = { id: 7, is_bot: false, first_name: 'Somebody' };
        const message = { message_id: this.#updates, from, chat: { id: this.chat, type: 'private' }, date: 1_700_000_000, ...content };
        const response = await fetch(this.webhook.url, {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': this.webhook.secret_token },
            body: JSON.stringify({ update_id: this.#updates, message }),
        });
        if (!response.ok) {
            throw new Error(`The webhook answered ${response.status}`);
        }
    }

    /** The parameters of `count` calls of the method, once there are so many. */
    async received(method, count) {
        const calls = () => this.#calls.filter((call) => call.method === method).map(({ parameters }) => parameters);
        return await until(`${count} calls of ${method}`, () => calls().length >= count && calls(), 60_000);
    }

    async handle(request, response) {
        const { pathname, searchParams } = new URL(request.url, this.url);
        const chunks = await request.toArray();
        const body = Buffer.concat(chunks);
        const [, file] = new RegExp(`^/file/bot${this.token}/(.*)$`).exec(pathname) ?? [];
        if (file !== undefined) {
            const kept = [...this.#files.values()].find(({ path }) => path === file);
            response.writeHead(kept ? 200 : 404).end(kept?.data);
            return;
        }
        const [, method] = new RegExp(`^/bot${this.token}/(\\w+)$`).exec(pathname) ?? [];
        const type = request.headers['content-type'] ?? '';
        const parameters = Object.fromEntries(searchParams);
        if (type.startsWith('application/json') && body.length > 0) {
            Object.assign(parameters, JSON.parse(body));
        } else if (type.startsWith('multipart/form-data')) {
            Object.assign(parameters, Object.fromEntries(await new Response(body, { headers: { 'content-type': type } }).formData()));
        }
        const isMarkup = parameters.parse_mode !== 'HTML' || !/<|&(?!(amp|lt|gt|quot);)/.test(parameters.text);
        const result = isMarkup ? this.#answer(method, parameters) : undefined;
        const description = `Bad Request: ${isMarkup ? 'wrong file_id' : "can't parse entities"}`;
        const answer = result === undefined ? { ok: false, error_code: 400, description } : { ok: true, result };
        response.writeHead(result === undefined ? 400 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    }

    #answer(method, parameters) {
        this.#calls.push({ method, parameters });
        switch (method) {
            case 'setWebhook':
                this.webhook = parameters;
                return true;
            case 'deleteWebhook':
                this.webhook = null;
                return true;
            case 'getWebhookInfo':
                return { url: this.webhook?.url ?? '', has_custom_certificate: false, pending_update_count: 0 };
            case 'getFile': {
                const file = this.#files.get(parameters.file_id);
                return file && { file_id: parameters.file_id, file_unique_id: 'unique', file_size: file.data.length, file_path: file.path };
            }
            case 'sendVideo':
            case 'sendMessage':
                return { message_id: this.#calls.length, chat: { id: this.chat, type: 'private' }, date: 1_700_000_000 };
            default:
                return undefined;
        }
    }
}
