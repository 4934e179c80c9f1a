// set_local_mysql_root_password on a real MariaDB server.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Installation } from '../support/installation.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';
import { serveMariadb } from '../support/served-mariadb.ts';

const password = `it's "a" \\ horse % battery ’staple 7`;
const { username } = userInfo();
let here: Installation;
let server: PrivateMariadb;

beforeAll(async () => {
  here = new Installation();
  server = await PrivateMariadb.start({ hasNetwork: true, options: ['--general-log=1'] });
}, 60_000);
afterAll(async () => {
  await server.stop();
  here.remove();
});

const set = (given: Record<string, string>) => here.call('set_local_mysql_root_password', given);
const overNetwork = (given: string) =>
  server.refusal('SELECT 1', { user: username, password: given, host: '127.0.0.1' });
const throughSocket = (given: string) => server.refusal('SELECT 1', { user: username, password: given });
/** Whether a file below the state directory has this part of the password. */
const isStored = (text: string) =>
  spawnSync('grep', ['-rlF', text, here.state], { encoding: 'utf8' }).stdout !== '';

test('root logs in with it over the network, and without it through the socket', async () => {
  serveMariadb(here.state, server);
  expect(overNetwork(password)).toContain('Access denied');
  expect(await set({ password, update_config: '1' })).toMatchObject({
    metadata: { result: 1 },
    data: { password_reset: 1 },
  });
  expect(overNetwork(password)).toBeUndefined();
  expect(overNetwork('wrong')).toContain('Access denied');
  // Any .my.cnf does.
  for (const given of ['', 'wrong', password]) expect(throughSocket(given)).toBeUndefined();
  expect(isStored('staple')).toBe(false);

  const other = 'another horse, battery and staple 8';
  expect(await set({ password: other })).toMatchObject({ metadata: { result: 1 } });
  expect(overNetwork(password)).toContain('Access denied');
  expect(overNetwork(other)).toBeUndefined();
});

test('refusals change nothing', async () => {
  const before = server.query('SHOW CREATE USER CURRENT_USER()');
  const weak = await set({ password: 'abc' });
  expect(weak.metadata).toMatchObject({ result: 0, reason: expect.stringContaining('too weak') as string });
  const planned = await here.call('set_local_mysql_root_password', { password }, { dryRun: true });
  expect(JSON.stringify(planned)).toContain('Set the password of root in MariaDB.');
  expect(JSON.stringify(planned)).not.toContain('staple');
  expect(server.query('SHOW CREATE USER CURRENT_USER()')).toEqual(before);
});

test('the log of all statements does not show it', () => {
  const [[file = ''] = []] = server.query('SELECT @@general_log_file');
  const log = readFileSync(join(server.folder, 'data', file), 'utf8');
  expect(log).toContain('IDENTIFIED VIA unix_socket');
  expect(log).not.toContain('staple');
});
