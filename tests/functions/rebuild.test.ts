// What --rebuild does in a sandbox: it creates again what the store has and the machine lacks, and destroys nothing.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backUpStore, restoreStore } from '../../src/administration/installation.ts';
import { root } from '../../src/app/app.ts';
import { rebuild as printRebuilt } from '../../src/cli/rebuild.ts';
import { SandboxUsers } from '../../src/machine/sandbox/users.ts';
import * as accounts from '../../src/capabilities/accounts/rules/accounts.ts';
import { postpone, REMOVE } from '../../src/capabilities/accounts/rules/postponed.ts';
import { Rebuilding, type Outcome, type Overview } from '../../src/administration/rebuild.ts';
import { findIdentities } from '../../src/capabilities/mail/driver/dovecot/identities.ts';
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

/** As if somebody had removed the lines of a user. */
function loseUser(at: Installation, name: string): void {
  for (const table of ['passwd', 'shadow', 'group']) {
    const path = join(at.state, 'root/etc', table);
    writeFileSync(path, readFileSync(path, 'utf8').replace(new RegExp(`^${name}:.*\n`, 'm'), ''));
  }
}

/** What `whmapi1 --rebuild` prints, without a terminal. */
async function command(at = here, force = false): Promise<readonly [status: number, output: string]> {
  let output = '';
  const stream = { write: (text: string) => void (output += text), isTerminal: () => false };
  const none = () => new Uint8Array();
  const io = {
    environment: at.environment,
    stdout: stream,
    stderr: stream,
    readStdin: none,
    readFile: none,
  };
  const status = await printRebuilt({ command: undefined, words: [], dryRun: false }, force, io);
  return [status, output];
}

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
    await here.uapi('bob', 'Email::add_pop', { email: 'box@bob.example', password: 'luggage-5-Grün' });
    expect((await here.call('enable_dkim', { domain: 'bob.example' })).metadata.result).toBe(1);
    const before = [lineOf(here, 'bob'), lineOf(here, 'ann')];
    const hash = /^bob:([^:]+):/m.exec(readFileSync(join(here.state, 'root/etc/shadow'), 'utf8'))?.[1] ?? '';
    expect(hash).toMatch(/^\$/);
    const file = join(here.directory, 'backup');
    await backUpStore(here.environment, file, { withKey: true, force: false });
    // Passwords are encrypted in it.
    expect(readFileSync(file).includes(hash)).toBe(false);
    other = new Installation();
    // It has started, has tasks, timers and a key of its own, and somebody tried passwords, but it has no accounts.
    await other.call('start_profile_activation', { code: 'STANDARD' });
    await other.engine.sealer.seal('its own', 'test', undefined);
    await other.engine.store.transaction('changes', async (db) => ({
      value: await db.run(
        `INSERT INTO last_login (username, address, logged_in_at) VALUES ('root', '198.51.100.7', 1)`,
      ),
      keep: true,
    }));
    other.close();
    await restoreStore(other.environment, file, { force: false, dryRun: false });
    expect((await look(other)).missing.map(({ username, part }) => `${username} ${part}`)).toEqual([
      ...['ann user', 'ann home', 'ann zones', 'ann web'],
      ...['bob user', 'bob home', 'bob zones', 'bob web'],
    ]);
    // The home was copied back before.
    const page = join(other.state, 'root/home/bob/public_html/index.html');
    mkdirSync(join(page, '..'), { recursive: true });
    writeFileSync(page, 'Hello');
    expect((await rebuild(other, [], true)).filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(existsSync(join(other.state, 'root/etc/passwd'))).toBe(false);
    expect((await rebuild(other)).filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect([lineOf(other, 'bob'), lineOf(other, 'ann')]).toEqual(before);
    expect(readFileSync(page, 'utf8')).toBe('Hello');
    const users = await other.application.engine.machine.users();
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
    // Exim and Dovecot know both again.
    const exim = (name: string) =>
      readFileSync(join(other?.state ?? '', 'root/etc/exim4/whmapi1', name), 'utf8');
    expect([exim('mailboxes/bob.example'), exim('accounts/ann')]).toEqual([
      'box:\n',
      'outgoing: suspended\nspam: 50\n',
    ]);
    expect(exim('dkim/bob.example')).toContain('PRIVATE KEY');
    const logins = await findIdentities(other.application.engine.machine, { usernames: ['ann', 'bob'] });
    expect(logins.map(({ address, canLogIn }) => [address, canLogIn])).toEqual([
      ['ann', false],
      ['bob', true],
      ['box@bob.example', true],
    ]);
    // A second time, nothing is missing.
    expect(await look(other)).toEqual({ missing: [], ofRoot: [], problems: [] });
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

test('a group with the group ID of an account is not touched, and a dry run says so', async () => {
  await made({ username: 'bob', domain: 'bob.example' });
  const group = join(here.state, 'root/etc/group');
  const text = readFileSync(group, 'utf8').replace(/^bob:/m, 'staff:');
  loseUser(here, 'bob');
  writeFileSync(group, text);
  const problem = expect.stringMatching(/The group ID \d+ of “bob” belongs to the group “staff”/) as string;
  for (const isDryRun of [true, false]) {
    expect((await rebuild(here, [], isDryRun))[0]).toMatchObject({ part: 'user', problem });
  }
  expect(readFileSync(group, 'utf8')).toBe(text);
  expect(lineOf(here, 'bob')).toBeUndefined();
});

test('an account whose user is gone keeps its home', async () => {
  await made({ username: 'bob', domain: 'bob.example' });
  const line = lineOf(here, 'bob');
  const file = join(here.state, 'root/home/bob/kept');
  writeFileSync(file, 'kept');
  loseUser(here, 'bob');
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

onSqlite('what was removed or changed after a restore does not come back', async () => {
  await made({ username: 'bob', domain: 'bob.example', password: 'luggage-3-Grün' });
  await here.call('adddns', { domain: 'other.example', ip: '192.0.2.1' });
  const file = join(here.directory, 'backup');
  await backUpStore(here.environment, file, { withKey: false, force: false });
  here.close();
  await restoreStore(here.environment, file, { force: true, dryRun: false });
  const again = new Installation({ copyOf: here });
  other = again;
  for (const domain of ['bob.example', 'other.example'])
    expect((await again.call('killdns', { domain })).metadata).toMatchObject({ result: 1 });
  expect((await again.call('passwd', { user: 'bob', password: 'luggage-5-Grün' })).metadata).toMatchObject({
    result: 1,
  });
  expect(await look(again)).toEqual({ missing: [], ofRoot: [], problems: [] });
  loseUser(again, 'bob');
  const [outcome] = await rebuild(again, ['bob']);
  expect(outcome?.problem).toBeUndefined();
  expect(outcome?.warnings).toEqual([expect.stringContaining('“bob” has no password now') as string]);
});

test('an account that is being removed gets nothing', async () => {
  await made({ username: 'bob', domain: 'bob.example' });
  loseUser(here, 'bob');
  await here.engine.store.transaction('changes', async (db) => {
    const { uid } = await accounts.get(db, root, 'bob');
    await postpone(db, REMOVE, { username: 'bob', uid }, here.time);
    return { value: undefined, keep: true };
  });
  expect((await look(here)).missing).toEqual([]);
  expect((await look(here, 'bob')).problems).toEqual([
    '“bob” is being removed. “unsuspendacct” cancels the removal.',
  ]);
  expect(await rebuild(here, ['bob'])).toEqual([]);
});

test('an account that fails does not stop the others, and the exit status tells', async () => {
  for (const username of ['ann', 'bob', 'eve']) await made({ username, domain: `${username}.example` });
  const line = lineOf(here, 'ann') ?? '';
  loseUser(here, 'bob');
  const table = join(here.state, 'root/etc/passwd');
  writeFileSync(table, passwd(here).replace(line, line.replace(/^ann:/, 'zoe:')));
  const [status, output] = await command();
  expect(output).toContain('bob: created the user “bob”');
  expect(output).toMatch(/^ann: could not create the user “ann”.* belongs to the user “zoe”/m);
  expect(status).toBe(1);
  writeFileSync(table, passwd(here).replace(/^zoe:/m, 'ann:'));
  expect(await command()).toEqual([0, 'This server has everything that the store has of its accounts.\n']);
});

test('a home that is no directory of the account is neither used nor changed', async () => {
  await made({ username: 'bob', domain: 'bob.example' });
  loseUser(here, 'bob');
  const home = join(here.state, 'root/home/bob');
  rmSync(home, { recursive: true });
  writeFileSync(home, 'a file');
  expect(await rebuild(here)).toMatchObject([
    {
      part: 'user',
      problem: expect.stringContaining('“/home/bob” is not a directory of the user') as string,
    },
  ]);
  expect(lineOf(here, 'bob')).toBeUndefined();
  expect(readFileSync(home, 'utf8')).toBe('a file');
});

onSqlite(
  'without the key of the backup nothing is created, until --force goes on without passwords',
  async () => {
    await made({ username: 'bob', domain: 'bob.example', password: 'luggage-3-Grün' });
    const file = join(here.directory, 'backup');
    await backUpStore(here.environment, file, { withKey: false, force: false });
    other = new Installation();
    other.close();
    await restoreStore(other.environment, file, { force: false, dryRun: false });
    const [status, output] = await command(other);
    expect(status).toBe(1);
    expect(output).toMatch(/^bob: could not create the user “bob”.* The key file .* --rebuild --force/m);
    expect(existsSync(join(other.state, 'root/etc/passwd'))).toBe(false);
    const [, forced] = await command(other, true);
    expect(forced).toContain('because their key is lost: 2 copies.');
    expect(forced).toContain('bob: created the user “bob”');
    expect(lineOf(other, 'bob')).toBe(lineOf(here, 'bob'));
  },
);
