// The commands of docs/SHARED-STORE.md for a store of several servers, run line by line. Only the names of hosts and
// folders are replaced. They create a role without other privileges and a database that it owns, and move an
// installation there.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { call } from '../support/command.ts';
import { binary } from './binaries.ts';
import { PostgresServer } from './postgres-server.ts';

const PASSWORD = 'Xylophone';
const readme = readFileSync(resolve(__dirname, '../../docs/SHARED-STORE.md'), 'utf8');
const [, block = ''] = /```sh\n(createuser [^]*?)```/.exec(readme) ?? [];

let folder: string;
let server: PostgresServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-readme-'));
  server = await PostgresServer.start();
  // Without the password, no connection works.
  await server.restrict('host all whmapi1 127.0.0.1/32 scram-sha-256');
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** PostgreSQL’s own programs, this program, and a systemctl that records its arguments. */
function makePath(): string {
  const path = join(folder, 'path');
  mkdirSync(path);
  symlinkSync(resolve(__dirname, '../../bin/whmapi1'), join(path, 'whmapi1'));
  const log = join(folder, 'systemctl.log');
  writeFileSync(join(path, 'systemctl'), `#!/bin/sh\necho "$@" >>${log}\n`, { mode: 0o755 });
  return [path, dirname(binary('createuser')), process.env.PATH].join(':');
}

test('an installation is moved to PostgreSQL, and its calls use it', async () => {
  const state = join(folder, 'state');
  await call(['addpkg', 'name=before'], { state });
  const script = block
    .replaceAll('/var/lib/whmapi1', state)
    .replace('PASSWORD@db.example.com', `${PASSWORD}@127.0.0.1:${server.port}`);
  expect(script).toContain(`echo postgres://whmapi1:${PASSWORD}@127.0.0.1`);
  // Without a terminal, the password is read from standard input.
  const { status, stdout, stderr } = spawnSync('setsid', ['--wait', 'sh', '-ec', script], {
    encoding: 'utf8',
    input: `${PASSWORD}\n${PASSWORD}\n`,
    env: {
      ...{ PATH: makePath(), WHMAPI1_STATE_DIR: state },
      ...{ PGHOST: '127.0.0.1', PGPORT: String(server.port), PGUSER: 'postgres' },
    },
  });
  expect([status, stderr.replace(/^Enter (password for new role|it again): *\n?/gm, '')]).toEqual([0, '']);
  expect(stdout).toContain('were copied and verified.');
  expect(statSync(join(state, 'store.url')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, 'systemctl.log'), 'utf8')).toBe('stop whmapi1d\nstart whmapi1d\n');

  const roles = await server.query(
    'whmapi1',
    `SELECT rolname, rolsuper FROM pg_roles WHERE oid IN
       (SELECT datdba FROM pg_database WHERE datname = 'whmapi1' UNION SELECT relowner FROM pg_class WHERE relname = 'account')`,
  );
  expect(roles).toEqual([{ rolname: 'whmapi1', rolsuper: false }]);
  expect(existsSync(join(state, 'store.db.moved'))).toBe(true);
  const { data } = await call(['listpkgs', 'api.columns.enable=1', 'api.columns.a=name'], { state });
  expect(data).toEqual({ pkg: [{ name: 'before' }, { name: 'default' }, { name: 'starter' }] });
  expect(existsSync(join(state, 'store.db'))).toBe(false);
});

test('a decommissioned server is forgotten, line by line', async () => {
  const [, lines = ''] = /```sh\n(whmapi1 --forget-server [^]*?)\n```/.exec(readme) ?? [];
  const said = [
    'would be forgotten. Nothing was changed.',
    'web3.example.com” is forgotten.',
    'web3.example.com” is forgotten.',
  ];
  expect(lines.split('\n')).toHaveLength(said.length);
  const servers = () => server.query('whmapi1', "SELECT name FROM server WHERE name = 'web3.example.com'");
  for (const [at, line] of lines.split('\n').entries()) {
    await server.query(
      'whmapi1',
      "INSERT INTO server (name, machine) VALUES ('web3.example.com', 'gone') ON CONFLICT DO NOTHING",
    );
    const { status, stdout, stderr } = spawnSync('sh', ['-ec', line], {
      encoding: 'utf8',
      env: { PATH: `${join(folder, 'path')}:${process.env.PATH}`, WHMAPI1_STATE_DIR: join(folder, 'state') },
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain(said[at]);
    expect(await servers()).toHaveLength(at === 0 ? 1 : 0);
  }
});

test('the server is stopped until everything is moved', () => {
  const at = (line: string) => block.indexOf(line);
  expect(at('systemctl stop')).toBeLessThan(at('store.url'));
  expect(at('--migrate-store')).toBeLessThan(at('systemctl start'));
});
