// The npm that n8n finds: it notes how it is called, and asks the registry of the test. Without a licence n8n asks no other
// registry than the public one, by npm or itself.
import fs from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';

import { NpmRegistry } from '../../support/npm_registry.js';

import { temporaryDirectory } from './places.mjs';

export class NpmOfN8n {
    async start() {
        this.registry = await new NpmRegistry().start();
        this.directory = temporaryDirectory();
        this.notes = path.join(this.directory, 'calls');
        fs.writeFileSync(this.notes, '');
        const npm = execFileSync('which', ['npm'], { encoding: 'utf8' }).trim();
        const lines = ['#!/bin/sh', `printf '%s\\n' "$*" >>'${this.notes}'`, `exec '${npm}' "$@" --registry=${this.registry.url}`, ''];
        fs.writeFileSync(path.join(this.directory, 'npm'), lines.join('\n'), { mode: 0o755 });
        return this;
    }

    get environment() {
        const nowhere = 'http://127.0.0.1:1';
        return { PATH: `${this.directory}:${process.env.PATH}`, HTTPS_PROXY: nowhere, NO_PROXY: '127.0.0.1' };
    }

    /** Each call's arguments, of the command of that name. */
    calls(command) {
        const all = fs.readFileSync(this.notes, 'utf8').split('\n').filter(Boolean).map((line) => line.split(' '));
        return all.filter(([name]) => name === command).map(([, ...rest]) => rest);
    }

    end() {
        this.registry.end();
        fs.rmSync(this.directory, { recursive: true, force: true });
    }
}
