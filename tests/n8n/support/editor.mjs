// n8n's editor in a real browser: Debian's Chromium. The steps are those of a person.
import fs from 'node:fs';
import path from 'node:path';

import { chromium } from 'playwright-core';

import { artefacts } from './places.mjs';

const program = process.env.CHROMIUM ?? '/usr/bin/chromium';
const args = [
    ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    ...['--disable-component-update', '--disable-sync'],
];

export const openBrowser = () => chromium.launch({ executablePath: program, args, headless: true, timeout: 30_000 });

export class Editor {
    static async open({ url, owner }) {
        const editor = new Editor();
        editor.browser = await openBrowser();
        editor.page = await editor.browser.newPage({ viewport: { width: 1440, height: 900 } });
        editor.page.setDefaultTimeout(20_000);
        const { page } = editor;
        await page.goto(`${url}/signin`);
        await page.fill('input[name="emailOrLdapLoginId"], input[type="email"]', owner.email);
        await page.fill('input[type="password"]', owner.password);
        await page.click('[data-test-id="form-submit-button"]');
        await page.waitForURL(/home|workflow/);
        editor.url = url;
        return editor;
    }

    close() {
        return this.browser.close();
    }

    /** By n8n's own names for its parts. */
    part(name) {
        return this.page.locator(`[data-test-id="${name}"]`);
    }

    async screenshot(name) {
        fs.mkdirSync(artefacts, { recursive: true });
        await this.page.screenshot({ path: path.join(artefacts, `${name}.png`) });
    }
}
