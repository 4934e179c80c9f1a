// Passwords on a real MariaDB server, which logs all statements: of root, and of the users of accounts.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { backUpStore, restoreStore } from '../../src/administration/installation.ts';
import { Rebuilding, type Outcome } from '../../src/administration/rebuild.ts';
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
});
afterAll(async () => {
  await server.stop();
  here.remove();
});

const set = (given: Record<string, string>) => here.call('set_local_mysql_root_password', given);
const overNetwork = (given: string) =>
  server.refusal('SELECT 1', { user: username, password: given, host: '127.0.0.1' });
const throughSocket = (given: string) => server.refusal('SELECT 1', { user: username, password: given });
function log(): string {
  const [[file = ''] = []] = server.query('SELECT @@general_log_file');
  return readFileSync(join(server.folder, 'data', file), 'utf8');
}
/** True if a file below the state directory has this part of the password. */
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

describe('the users of accounts', () => {
  const next = `another "staple" ünïcödé 😀 8`;
  const uapi = async (name: string, args: Record<string, string>) => {
    const { errors, data } = await here.uapi('bob', `Mysql::${name}`, args);
    expect([name, errors]).toEqual([name, null]);
    return data as Record<string, string>;
  };
  const logsIn = (user: string, given: string) =>
    server.refusal('SELECT 1', { user, password: given }) === undefined;

  beforeAll(async () => {
    await here.call('createacct', { username: 'bob', domain: 'bob.example', password });
  });

  test('log in with the passwords that they got', async () => {
    await uapi('create_user', { name: 'bob_app', password });
    expect([password, next].map((given) => logsIn('bob_app', given))).toEqual([true, false]);
    await uapi('set_password', { user: 'bob_app', password: next });
    expect([password, next].map((given) => logsIn('bob_app', given))).toEqual([false, true]);
    await here.call('set_mysql_password', { user: 'bob_app', password });
    expect([password, next].map((given) => logsIn('bob_app', given))).toEqual([true, false]);
    // Another host gets the same hash.
    await uapi('add_host', { host: '127.0.0.0/8' });
    expect(server.refusal('SELECT 1', { user: 'bob_app', password, host: '127.0.0.1' })).toBeUndefined();
    const set = await uapi('setup_db_and_user', {});
    expect(logsIn(set.database_user ?? '', set.database_user_password ?? '')).toBe(true);
    expect(log()).not.toContain(set.database_user_password);
  });

  test('a server that checks passwords gets them, but not into its log', async () => {
    server.query("INSTALL SONAME 'simple_password_check'; SET GLOBAL simple_password_check_digits = 3");
    try {
      const { errors } = await here.uapi('bob', 'Mysql::create_user', { name: 'bob_two', password });
      expect(errors?.[0]).toContain('Your password does not satisfy the current policy requirements');
      expect(server.query("SELECT User FROM mysql.user WHERE User = 'bob_two'")).toEqual([]);
      const strong = `${password} A 123`;
      await uapi('create_user', { name: 'bob_two', password: strong });
      expect(logsIn('bob_two', strong)).toBe(true);
      await uapi('set_password', { user: 'bob_two', password: `${next} A 123` });
      expect(logsIn('bob_two', `${next} A 123`)).toBe(true);
    } finally {
      server.query("UNINSTALL SONAME 'simple_password_check'");
    }
  });

  test('come back with their passwords, hosts and privileges after a restore', async () => {
    await uapi('create_database', { name: 'bob_shop' });
    const privileges = { user: 'bob_app', database: 'bob_shop', privileges: 'SELECT,INSERT' };
    await uapi('set_privileges_on_database', privileges);
    const hostsOf = (user: string) =>
      server.query(`SELECT Host FROM mysql.user WHERE User = '${user}' ORDER BY 1`);
    const grants = () => server.query("SHOW GRANTS FOR 'bob_app'@'localhost'");
    const before = [hostsOf('bob_app'), grants()];
    for (const [host = ''] of hostsOf('bob_two'))
      server.query(`ALTER USER 'bob_two'@'${host}' IDENTIFIED VIA unix_socket`);
    const file = join(here.directory, 'backup');
    await backUpStore(here.environment, file, { withKey: false, force: false });
    here.close();
    await restoreStore(here.environment, file, { force: true, dryRun: false });
    for (const user of ['bob_app', 'bob_two']) {
      for (const [host = ''] of hostsOf(user)) server.query(`DROP USER '${user}'@'${host}'`);
    }
    expect(logsIn('bob_app', password)).toBe(false);
    const rebuilding = new Rebuilding(here.environment);
    const outcomes: Outcome[] = [];
    try {
      await rebuilding.run(await rebuilding.look(['bob']), false, (outcome) => outcomes.push(outcome));
      const { missing } = await rebuilding.look(['bob']);
      expect(missing).toMatchObject([{ part: 'mysql', kind: 'lost' }]);
    } finally {
      rebuilding.close();
    }
    expect(outcomes.map(({ part, problem, warnings }) => [part, problem, warnings])).toEqual([
      ['mysql', undefined, [expect.stringContaining('no passwords of them: “bob_two”.') as string]],
    ]);
    expect(logsIn('bob_app', password)).toBe(true);
    expect([hostsOf('bob_app'), grants()]).toEqual(before);
    expect(hostsOf('bob_two')).toEqual([]);
  });
});

test('the log of all statements shows none of them', () => {
  expect(log()).toContain('IDENTIFIED VIA unix_socket');
  expect(log()).toContain('CREATE USER `bob_app`@`localhost` IDENTIFIED VIA mysql_native_password USING');
  expect(log()).not.toContain('staple');
});
