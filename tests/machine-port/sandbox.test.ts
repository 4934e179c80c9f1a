// The sandbox: the contract, and what only the sandbox guarantees. Nothing outside its folder changes.
import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chooseMachine, sandboxMachine } from '../../src/machine/choose.ts';
import { Table } from '../../src/machine/sandbox/tables.ts';
import { uidFor } from '../../src/machine/sandbox/user-rows.ts';
import { SandboxUsers } from '../../src/machine/sandbox/users.ts';
import { builtScript } from '../support/built-script.ts';
import { growth } from '../support/growth.ts';
import { describeUsers, usagesOf } from './users.contract.ts';

// Locks and hashes are slow on a busy machine.
const script = builtScript('tests/machine-port/sandbox-worker.ts');
const now = () => Date.now();

describeUsers('the sandbox', 10_001, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-sandbox-'));
  const root = join(folder, 'root');
  const machine = sandboxMachine(folder, now);
  const users = new SandboxUsers(root, now, { log2N: 1, r: 1, p: 1 });
  mkdirSync(join(root, 'etc/skel'), { recursive: true });
  mkdirSync(join(root, 'home'));
  mkdirSync(join(root, 'var/spool/cron/crontabs'), { recursive: true });
  writeFileSync(join(root, 'etc/skel/welcome.txt'), 'Hello\n');
  return {
    // The normal cost of passwords is tested below.
    users,
    quota: await machine.quota(),
    path: (path) => join(root, path),
    close: async () => {
      expect(readdirSync(folder)).toEqual(['root']);
      rmSync(folder, { recursive: true });
    },
  };
});

describe('a sandbox', () => {
  let folder: string;
  let root: string;
  const user = (name: string) => ({ name, home: `/home/${name}`, shell: '/bin/sh', comment: '' });
  const users = () => sandboxMachine(folder, now).users();
  const table = (name: string) =>
    readFileSync(join(root, 'etc', name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(':'));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'whmapi1-sandbox-'));
    root = join(folder, 'root');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A separate process that creates or removes users of this sandbox. */
  const start = (...words: string[]) => {
    return spawn(process.execPath, [script.path, folder, ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  };

  test('creates its folder with the first user, readable only for its owner', async () => {
    expect(await (await users()).find('bob')).toBeUndefined();
    expect(existsSync(root)).toBe(false);
    await (await users()).create(user('bob'));
    expect(lstatSync(root).mode & 0o777).toBe(0o700);
    expect(lstatSync(join(root, 'etc/shadow')).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(root, 'etc')).sort()).toEqual(['.pwd.lock', 'group', 'passwd', 'shadow']);
  });

  test('loses no user and assigns no ID twice when two processes create twenty each', async () => {
    const workers = ['a', 'b'].map((prefix) => start('create', prefix, '20'));
    const statuses = await Promise.all(
      workers.map((worker) => new Promise((done) => worker.on('close', done))),
    );
    expect(statuses).toEqual([0, 0]);
    const uids = table('passwd').map(([, , uid]) => Number(uid));
    expect(uids).toEqual(Array.from({ length: 40 }, (_, at) => 10_001 + at));
    const names = (name: string) =>
      table(name)
        .map(([first]) => first)
        .sort();
    expect(new Set(names('passwd')).size).toBe(40);
    expect(names('shadow')).toEqual(names('passwd'));
    expect(names('group')).toEqual(names('passwd'));
    expect(readdirSync(join(root, 'home')).sort()).toEqual(names('passwd'));
  });

  test('lets only one of several calls create the same user', async () => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 8 }, async () => (await users()).create(user('bob'))),
    );
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(table('passwd')).toHaveLength(1);
  });

  test('can be read and is not locked when its writer is killed at any time', async () => {
    const survivors = await users();
    for (let round = 0; round < 5; round++) {
      const worker = start('churn', 'k');
      // It may end with an error, because of a row that a killed one has left.
      const closed = new Promise((done) => worker.once('close', done));
      await Promise.race([closed, new Promise((done) => worker.stdout.once('data', done))]);
      await sleep(round * 31);
      worker.kill('SIGKILL');
      await closed;
      await survivors.create(user(`round${round}`));
      const shadow = table('shadow').map(([name]) => name);
      const group = table('group').map(([name]) => name);
      for (const entry of table('passwd')) {
        expect(entry).toHaveLength(7);
        expect(shadow).toContain(entry[0]);
        expect(group).toContain(entry[0]);
      }
      for (const entry of table('shadow')) expect(entry).toHaveLength(9);
      // What the next call would do after the kill: undo the renaming, then the creation.
      await survivors.rename(user('k2'), user('k')).catch(() => undefined);
      await survivors.remove('k');
      expect(readdirSync(join(root, 'home')).filter((name) => name.startsWith('k'))).toEqual([]);
    }
    expect(table('passwd').map(([name]) => name)).toEqual(
      ['0', '1', '2', '3', '4'].map((round) => `round${round}`),
    );
  });

  test.each([
    '',
    'etc',
    'home',
    'var',
    'var/spool/cron',
    'var/spool/cron/crontabs',
    'etc/passwd',
    'etc/shadow',
  ])('follows no symbolic link at “%s”', async (path) => {
    const outside = join(folder, 'outside');
    mkdirSync(join(outside, 'bob'), { recursive: true });
    writeFileSync(join(outside, 'file'), 'kept\n');
    const isFile = /passwd|shadow/.test(path);
    mkdirSync(join(root, path, '..'), { recursive: true });
    symlinkSync(isFile ? join(outside, 'file') : outside, join(root, path));
    await (await users()).create(user('bob')).catch(() => undefined);
    await (await users()).setPassword('bob', 'a password').catch(() => undefined);
    await (await users()).rename(user('bob'), user('carl')).catch(() => undefined);
    await (await users()).remove('carl').catch(() => undefined);
    expect(readdirSync(outside)).toEqual(['bob', 'file']);
    expect(readdirSync(join(outside, 'bob'))).toEqual([]);
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('kept\n');
  });

  test('measures no home behind a symbolic link', async () => {
    await (await users()).create(user('bob'));
    await (await users()).create(user('carl'));
    const quota = await sandboxMachine(folder, now).quota();
    expect([...(await usagesOf(quota, ['bob', 'carl'])).keys()].sort()).toEqual(['bob', 'carl']);
    renameSync(join(root, 'home'), join(folder, 'outside'));
    symlinkSync(join(folder, 'outside'), join(root, 'home'));
    await expect(usagesOf(quota, ['bob', 'carl'])).rejects.toThrow('home” is a symbolic link');
  });

  test('removes a home directory that became a link, and not the target of the link', async () => {
    mkdirSync(join(folder, 'outside'));
    await (await users()).create(user('bob'));
    rmSync(join(root, 'home/bob'), { recursive: true });
    symlinkSync(join(folder, 'outside'), join(root, 'home/bob'));
    await (await users()).remove('bob');
    expect(readdirSync(root + '/home')).toEqual([]);
    expect(existsSync(join(folder, 'outside'))).toBe(true);
  });

  test('continues a renaming that was interrupted after it moved the home directory, and undoes it', async () => {
    const [bob, carl] = [user('bob'), user('carl')];
    await (await users()).create(bob);
    renameSync(join(root, 'home/bob'), join(root, 'home/carl'));
    await (await users()).rename(carl, bob);
    expect(readdirSync(join(root, 'home'))).toEqual(['bob']);
    renameSync(join(root, 'home/bob'), join(root, 'home/carl'));
    await (await users()).rename(bob, carl);
    expect(readdirSync(join(root, 'home'))).toEqual(['carl']);
    expect(table('passwd').map(([name]) => name)).toEqual(['carl']);
  });

  test('writes passwords that the system’s crypt(3) understands', async () => {
    await (await users()).create(user('bob'));
    await (await users()).setPassword('bob', 'Grüße');
    const hash = table('shadow')[0]?.[1] ?? '';
    expect(hash).toMatch(/^\$7\$C6\.\.\.\.3\.\.\.\.[./0-9A-Za-z]{22}\$[./0-9A-Za-z]{43}$/);
    const crypt = 'print crypt($ARGV[0], $ARGV[1])';
    expect(execFileSync('perl', ['-e', crypt, 'Grüße', hash], { encoding: 'utf8' })).toBe(hash);
  });
});

test('only root with the system’s state directory acts on the machine itself', async () => {
  const kind = async (userId: number, stateDirectory: string) =>
    (await chooseMachine({ userId, stateDirectory, now }).users()).constructor.name;
  expect(await kind(0, '/var/lib/whmapi1')).toBe('LinuxUsers');
  expect(await kind(1000, '/var/lib/whmapi1')).toBe('SandboxUsers');
  expect(await kind(0, '/var/lib/whmapi1/other')).toBe('SandboxUsers');
});

test('the cost of a new user grows with the users as one pass over their files does', () => {
  const factor = growth(500, (count) => {
    const lines = Array.from(
      { length: count },
      (_, at) => `u${at}:x:${20_000 + at}:${20_000 + at}::/home/u${at}:\n`,
    );
    const table = new Table(Buffer.from(lines.join('')));
    expect(uidFor({ passwd: table, group: table, shadow: table, suspended: table }, undefined)).toBe(
      20_000 + count,
    );
    expect(table.with(['bob', 'x']).row('bob')).toEqual(['bob', 'x']);
  });
  expect(factor).toBeLessThan(30);
});
