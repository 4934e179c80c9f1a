// Guesses of passwords of FTP, from ProFTPD's log to the table of refused addresses. tests/machine/ftp.test.ts has what
// ProFTPD makes of both.
import { appendFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FtpGuard } from '../../src/worker/ftp-guard.ts';
import { networksOf } from '../../src/capabilities/logins/rules/brute-force/networks.ts';
import { readRange } from '../../src/capabilities/logins/rules/brute-force/addresses.ts';
import { prepareGuard, renderTables } from '../../src/capabilities/ftp/driver/guard/tables.ts';
import { pretendCountries } from '../support/countries.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

const CLIENT = '192.0.2.9';
let here: Installation;
let guard: FtpGuard;
let log: string;
beforeEach(async () => {
  here = new Installation({ livesLong: true });
  await prepareGuard(here.engine.machine);
  log = join(here.state, 'root/var/log/proftpd/whmapi1-logins.log');
  writeFileSync(log, `${CLIENT} 530 PASS old\n`.repeat(9));
  guard = new FtpGuard({ engine: here.engine });
  await guard.look();
});
afterEach(() => here.remove());

async function fail(times: number, address = CLIENT, user = 'web@bob.example'): Promise<void> {
  appendFileSync(log, `${address} 331 USER ${user}\n${address} 530 PASS ${user}\n`.repeat(times));
  await guard.look();
}
const table = (name: string) =>
  readFileSync(join(here.state, 'root/etc/proftpd/whmapi1-hosts', name), 'utf8');
const refused = () => table('refused');
async function failures(): Promise<readonly { user: string }[]> {
  const { data } = await here.call('get_cphulk_failed_logins', {});
  return (data as { failed_logins: { user: string }[] }).failed_logins;
}

test('five wrong passwords have an address refused, until the block ends or is lifted', async () => {
  await fail(4);
  expect(refused()).toBe('');
  await fail(1, CLIENT, 'bob');
  expect(refused()).toBe(`proftpd: ${CLIENT}\n`);
  expect((await failures())[0]).toMatchObject({
    ...{ user: 'bob', ip: CLIENT, service: 'ftp', authservice: 'proftpd' },
  });
  await here.call('flush_cphulk_login_history_for_ips', { ip: CLIENT });
  await guard.look();
  expect(refused()).toBe('');
  await fail(5);
  expect(refused()).not.toBe('');
  here.time += 16 * 60_000;
  await guard.look();
  expect(refused()).toBe('');
});

test('a table that somebody else has emptied is written again, and one that is missing is left to the role', async () => {
  await fail(5);
  const path = join(here.state, 'root/etc/proftpd/whmapi1-hosts/refused');
  rmSync(path);
  await guard.look();
  expect(existsSync(path)).toBe(false);
  await prepareGuard(here.engine.machine);
  expect(refused()).toBe('');
  await guard.look();
  expect(refused()).toBe(`proftpd: ${CLIENT}\n`);
});

test('a right password ends the count', async () => {
  await fail(4);
  appendFileSync(log, `${CLIENT} 230 PASS web@bob.example\n`);
  await fail(4);
  expect(refused()).toBe('');
});

test('the lists of addresses hold, as networks that ProFTPD understands', async () => {
  await here.call('create_cphulk_record', {
    list_name: 'black',
    ip: ['198.51.100.0/24', '203.0.113.5-203.0.113.8', '2001:db8:1::/48'],
  });
  await here.call('create_cphulk_record', { list_name: 'white', ip: CLIENT });
  await fail(9);
  expect(refused().split('\n')).toEqual([
    'proftpd: 198.51.100.0/255.255.255.0',
    ...['proftpd: 203.0.113.5', 'proftpd: 203.0.113.6/255.255.255.254', 'proftpd: 203.0.113.8'],
    ...['proftpd: [2001:db8:1::]/48', ''],
  ]);
  expect(table('allowed')).toContain(`proftpd: ${CLIENT}\n`);
  await here.call('disable_cphulk', {});
  await guard.look();
  expect(refused()).toBe('');
});

test('refused countries are refused, and no longer once they are not', async () => {
  pretendCountries(here);
  const change = async (countries: string) => {
    await here.call('set_cphulk_config_key', { key: 'country_blacklist', value: countries });
    await runTasks(here);
    await guard.look();
    return refused();
  };
  const lines = 'proftpd: 1.0.0.0/255.255.254.0\nproftpd: [2001:db8:1::]/48\n';
  expect(await change('AU')).toBe(lines);
  await here.call('create_cphulk_record', { list_name: 'black', ip: CLIENT });
  await guard.look();
  expect(refused()).toBe(`proftpd: ${CLIENT}\n${lines}`);
  expect(await change('CN')).toBe(`proftpd: ${CLIENT}\nproftpd: 1.0.2.0/255.255.254.0\n`);
  expect(await change('')).toBe(`proftpd: ${CLIENT}\n`);
});

test('this server itself is never refused', async () => {
  await fail(40, '127.0.0.1');
  await fail(40, '::1');
  expect(refused()).toBe('');
  expect(table('allowed')).toMatch(/^proftpd: 127\.0\.0\.0\/255\.0\.0\.0\nproftpd: \[::1\]\n/);
});

test('a name of a client is no other line, and no other address', async () => {
  const names = [
    'x 203.0.113.1 530 PASS bob',
    'x\r203.0.113.1 530 PASS bob',
    '',
    'a\0b',
    'y'.repeat(900),
    '-',
  ];
  for (const name of names) await fail(1, CLIENT, name);
  await fail(3, 'mail.example');
  appendFileSync(log, '203.0.113.1\n203.0.113.1 530\n530 PASS bob\n203.0.113.1 530 PASSbob\n');
  await guard.look();
  expect(await failures()).toHaveLength(names.length);
  for (const { user } of await failures()) expect(user).toMatch(/^[^\p{Cc}]*$/u);
  expect(refused()).toBe(`proftpd: ${CLIENT}\n`);
});

test('a line that is half written is read when it is whole, and a rotated log from its beginning', async () => {
  appendFileSync(log, `${CLIENT} 530 PA`);
  await guard.look();
  appendFileSync(log, 'SS bob\n');
  await guard.look();
  expect(await failures()).toHaveLength(1);
  truncateSync(log);
  await fail(2);
  expect(await failures()).toHaveLength(3);
});

test.each([
  ['0.0.0.0-255.255.255.255', ['0.0.0.0/0.0.0.0']],
  ['255.255.255.254-255.255.255.255', ['255.255.255.254/255.255.255.254']],
  ['10.0.0.1-10.0.0.1', ['10.0.0.1']],
  ['::/0', ['[::]/0']],
  ['2001:db8::1-2001:db8::2', ['[2001:db8::1]', '[2001:db8::2]']],
])('%s is %j to ProFTPD', (text, hosts) => {
  const range = readRange(text);
  const networks = range === undefined ? [] : networksOf(range);
  const { refused: lines } = renderTables({ allowed: [], refused: networks }, [], '');
  expect(lines).toBe(hosts.map((host) => `proftpd: ${host}\n`).join(''));
});
