// What --rebuild does in a sandbox: it creates again what the store has and the machine lacks, and destroys nothing.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backUpStore, restoreStore } from '../../src/administration.ts';
import { Rebuilding, type Outcome, type Overview } from '../../src/rebuild-administration.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
let other: Installation | undefined;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => {
  here.remove();
  other?.remove();
  other = undefined;
});

const passwd = (at: Installation) => readFileSync(join(at.state, 'root/etc/passwd'), 'utf8');
const lineOf = (at: Installation, name: string) =>
  passwd(at)
    .split('\n')
    .find((line) => line.startsWith(`${name}:`));

async function made(args: Readonly<Record<string, string>>): Promise<void> {
  const { metadata } = await here.call('createacct', args);
  if (metadata.result !== 1) throw new Error(JSON.stringify(here.errors()));
  expect(metadata.result).toBe(1);
}

async function withRebuilding<T>(at: Installation, work: (one: Rebuilding) => Promise<T>): Promise<T> {
  const rebuilding = new Rebuilding(at.environment);
  try {
    return await work(rebuilding);
  } finally {
    rebuilding.close();
  }
}

const look = (at: Installation, ...names: string[]): Promise<Overview> =>
  withRebuilding(at, (one) => one.look(names));
const rebuild = (at: Installation, names: string[] = [], isDryRun = false): Promise<Outcome[]> =>
  withRebuilding(at, async (one) => {
    const outcomes: Outcome[] = [];
    await one.run(await one.look(names), isDryRun, (outcome) => outcomes.push(outcome));
    return outcomes;
  });

/** Only with SQLite: a backup of a store of its own is restored on another server. */
const onSqlite = process.env.WHMAPI1_TEST_POSTGRES === undefined ? test : test.skip;

onSqlite(
  'after a restore on a new server, users, passwords, zones and websites are created again',
  async () => {
    await made({ username: 'bob', domain: 'bob.example', password: 'luggage-3-Grün' });
    await made({ username: 'ann', domain: 'ann.example', password: 'luggage-4-Grün' });
    await here.call('suspendacct', { user: 'ann' });
    await here.call('addzonerecord', {
      ...{ domain: 'bob.example', name: 'extra.bob.example.', type: 'A', address: '192.0.2.77' },
    });
    const before = [lineOf(here, 'bob'), lineOf(here, 'ann')];
    const file = join(here.directory, 'backup');
    await backUpStore(here.environment, file, { withKey: true, force: false });
    other = new Installation();
    // It has started, and has tasks and timers, but no accounts.
    await other.call('start_profile_activation', { code: 'STANDARD' });
    other.close();
    await restoreStore(other.environment, file, { force: false, dryRun: false });
    expect((await look(other)).missing.map(({ username, part }) => `${username} ${part}`)).toEqual([
      ...['ann user', 'ann home', 'ann zones', 'ann web'],
      ...['bob user', 'bob home', 'bob zones', 'bob web'],
    ]);
    // The home was copied back before.
    const page = join(other.state, 'root/home/bob/public_html/index.html');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(page, '..'), { recursive: true });
    writeFileSync(page, 'Hello');
    expect((await rebuild(other, [], true)).filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(existsSync(join(other.state, 'root/etc/passwd'))).toBe(false);
    expect((await rebuild(other)).filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect([lineOf(other, 'bob'), lineOf(other, 'ann')]).toEqual(before);
    expect(readFileSync(page, 'utf8')).toBe('Hello');
    const users = await other.application.engine.machine.users();
    const { SandboxUsers } = await import('../../src/machine/sandbox/users.ts');
    const own = new SandboxUsers(join(other.state, 'root'), () => Date.now());
    expect(await own.verifyPassword('bob', 'luggage-3-Grün')).toBe(true);
    expect(await own.verifyPassword('ann', 'luggage-4-Grün')).toBe(false);
    await own.unsuspend('ann');
    expect(await own.verifyPassword('ann', 'luggage-4-Grün')).toBe(true);
    expect(await users.find('bob')).toMatchObject({ home: '/home/bob' });
    // What the account had added to its zone is there.
    expect(readFileSync(join(other.state, 'root/var/lib/bind/whmapi1/bob.example.db'), 'utf8')).toContain(
      '192.0.2.77',
    );
    // A second time, nothing is missing.
    expect(await look(other)).toEqual({ missing: [], zonesOfRoot: [], problems: [] });
  },
);

test('a user with the name or the ID of an account is not touched', async () => {
  await made({ username: 'bob', domain: 'bob.example' });
  const line = lineOf(here, 'bob') ?? '';
  const uid = line.split(':')[2] ?? '';
  const table = join(here.state, 'root/etc/passwd');
  writeFileSync(table, passwd(here).replace(`bob:x:${uid}:`, 'bob:x:12345:'));
  expect(await rebuild(here)).toMatchObject([
    { part: 'user', problem: expect.stringContaining('has a user “bob” with the user ID 12345') as string },
  ]);
  writeFileSync(table, passwd(here).replace('bob:x:12345:', `eve:x:${uid}:`));
  expect(await rebuild(here)).toMatchObject([
    {
      part: 'user',
      problem: expect.stringContaining(`The user ID ${uid} of “bob” belongs to the user “eve”`) as string,
    },
  ]);
});

test('an account whose user is gone keeps its home', async () => {
  await made({ username: 'bob', domain: 'bob.example' });
  const line = lineOf(here, 'bob');
  const file = join(here.state, 'root/home/bob/kept');
  writeFileSync(file, 'kept');
  writeFileSync(join(here.state, 'root/etc/passwd'), passwd(here).replace(`${line}\n`, ''));
  for (const name of ['shadow', 'group']) {
    const path = join(here.state, 'root/etc', name);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^bob:.*\n/m, ''));
  }
  expect(await rebuild(here)).toMatchObject([{ username: 'bob', part: 'user' }]);
  expect(lineOf(here, 'bob')).toBe(line);
  expect(readFileSync(file, 'utf8')).toBe('kept');
});

test('a zone that is missing alone is created for an account that is named', async () => {
  await made({ username: 'bob', domain: 'bob.example' });
  await here.call('killdns', { domain: 'bob.example' });
  expect((await look(here)).missing).toEqual([]);
  expect(await rebuild(here, ['bob'])).toMatchObject([{ username: 'bob', part: 'zones' }]);
  expect((await here.call('dumpzone', { domain: 'bob.example' })).metadata.result).toBe(1);
});

test('virtual hosts that are gone are written again', async () => {
  await made({ username: 'bob', domain: 'bob.example' });
  const file = join(here.state, 'root/etc/apache2/whmapi1/accounts/bob.conf');
  const text = readFileSync(file, 'utf8');
  rmSync(file);
  expect(await rebuild(here)).toMatchObject([{ username: 'bob', part: 'web' }]);
  const hostsIn = (content: string) => content.match(/^\s*(?:ServerName|SSLCertificateFile) .*$/gm);
  expect(hostsIn(readFileSync(file, 'utf8'))).toEqual(hostsIn(text));
});
