// Debian's own PostgreSQL, on a free port and in a folder of the test.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { Child, freePort } from '../../support/child.js';

/** PostgreSQL does not run as root. */
function unprivileged() {
    if (process.getuid() !== 0) {
        return {};
    }
    const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
    return { uid: id('-u'), gid: id('-g') };
}

function postgresPrograms() {
    const versions = '/usr/lib/postgresql';
    const newest = fs.existsSync(versions) ? fs.readdirSync(versions).sort((a, b) => b - a)[0] : undefined;
    if (newest === undefined) {
        throw new Error('PostgreSQL is not installed; scripts/install-dependencies n8n does it');
    }
    return path.join(versions, newest, 'bin');
}

export class Postgres {
    constructor(directory) {
        this.directory = path.join(directory, 'postgres');
        this.password = 'of-the-tests';
    }

    async start() {
        const user = unprivileged();
        const programs = postgresPrograms();
        if (!fs.existsSync(this.directory)) {
            fs.mkdirSync(this.directory, { mode: 0o700 });
            const passwordFile = `${this.directory}.password`;
            fs.writeFileSync(passwordFile, this.password);
            if (user.uid !== undefined) {
                fs.chownSync(this.directory, user.uid, user.gid);
                fs.chownSync(passwordFile, user.uid, user.gid);
            }
            const options = ['-D', this.directory, '-U', 'n8n', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
            execFileSync(path.join(programs, 'initdb'), [...options, '--no-sync'], { ...user, cwd: '/', stdio: 'pipe' });
            this.port = await freePort();
        }
        const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=`, 'max_connections=200'];
        this.child = new Child(
            path.join(programs, 'postgres'),
            ['-D', this.directory, '-p', String(this.port), ...settings.flatMap((setting) => ['-c', setting])],
            { ...user, cwd: '/' },
        );
        await this.child.says(/ready to accept connections/, 'PostgreSQL');
        return this;
    }

    get environment() {
        return {
            DB_TYPE: 'postgresdb',
            DB_POSTGRESDB_HOST: '127.0.0.1',
            DB_POSTGRESDB_PORT: String(this.port),
            DB_POSTGRESDB_DATABASE: 'postgres',
            DB_POSTGRESDB_USER: 'n8n',
            DB_POSTGRESDB_PASSWORD: this.password,
        };
    }

    /** SIGINT: ends connections, loses nothing. */
    async end() {
        await this.child?.end('SIGINT');
    }
}
