// What the README says of a store for several servers, as it stands there but for the names of hosts and folders.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { call } from '../support/command.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

const readme = readFileSync(resolve(__dirname, '../../README.md'), 'utf8');
let folder: string;
let database: TestDatabase;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-readme-'));
  const made = makeTestDatabase();
  if (made === undefined) throw new Error('These tests need PostgreSQL: npm run test:postgres.');
  database = made;
});
afterEach(() => {
  database.remove();
  rmSync(folder, { recursive: true, force: true });
});

test('an installation goes to PostgreSQL, and its calls with it', async () => {
  const state = join(folder, 'state');
  await call(['addpkg', 'name=before'], { state });
  const [, block = ''] = /```sh\n(createdb [^]*?)```/.exec(readme) ?? [];
  const [, install = '', echo = ''] = block.split('\n');
  const script = [install, echo]
    .join('\n')
    .replaceAll('/var/lib/whmapi1', state)
    .replace('postgres://whmapi1:PASSWORD@db.example.com/whmapi1', database.url);
  expect(script).toContain(`echo ${database.url} >${state}/store.url`);
  execFileSync('sh', ['-ec', script]);
  expect(statSync(join(state, 'store.url')).mode & 0o777).toBe(0o600);

  const [, migrate = ''] = /`whmapi1 (--migrate-store sqlite postgres)`/.exec(readme) ?? [];
  const whmapi1 = resolve(__dirname, '../../bin/whmapi1');
  const env = { PATH: process.env.PATH, WHMAPI1_STATE_DIR: state };
  const printed = execFileSync(whmapi1, migrate.split(' '), { env, encoding: 'utf8' });
  expect(printed).toContain('were copied, and read back the same.');
  rmSync(join(state, 'store.db'));
  const { data } = await call(['listpkgs', 'api.columns.enable=1', 'api.columns.a=name'], { state });
  expect(data).toEqual({ pkg: [{ name: 'before' }, { name: 'default' }, { name: 'starter' }] });
  expect(existsSync(join(state, 'store.db'))).toBe(false);
});
