// SIGKILL between any two steps on the machine, and many processes at the same time: never half an account.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApplication, root } from '../../src/app/app.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import type { Envelope } from '../../src/core/envelope.ts';
import type { Json } from '../../src/core/values.ts';
import { Database } from '../../src/store/database.ts';
import { accountWorker } from '../support/account-worker.ts';
import { call, freshFolder, parallel, start } from '../support/command.ts';
import { auditLog, integrityOf } from '../process/state.ts';

const here = freshFolder();
const worker = accountWorker();
const bob = { username: 'bob', domain: 'bob.example' };
const words = (args: Readonly<Record<string, string>>) => Object.entries(args).map((pair) => pair.join('='));

/** Makes a call in a process that kills itself at a moment of the call. @returns the signal that ended it, if any. */
async function callUntil(
  state: string,
  moment: string,
  command: string,
  args: object,
): Promise<string | null> {
  const argv = [worker.path, state, moment, command, JSON.stringify(args)];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((done) => child.on('close', (_status, signal) => done(signal)));
}

/** Makes a call in this process, which is faster than starting one. */
async function callHere(
  state: string,
  command: string,
  args: Readonly<Record<string, Json>> = {},
): Promise<Envelope> {
  const application = createApplication({ WHMAPI1_STATE_DIR: state });
  try {
    const given = Object.entries(args).map(([name, value]) => ({ name, value }));
    return await dispatch({ command, args: given, dryRun: false }, root, application.engine);
  } finally {
    application.close();
  }
}

function rowsOf(state: string, sql: string): unknown[] {
  const database = new Database(join(state, 'store.db'), { readOnly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

const machineOf = (state: string) => {
  const etc = (file: string) => {
    const path = join(state, 'root/etc', file);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  const home = join(state, 'root/home');
  return {
    files: ['passwd', 'shadow', 'group', 'suspended'].map(etc),
    homes: existsSync(home) ? readdirSync(home).sort() : [],
    zones: [...textsIn(state, 'etc/bind/whmapi1/zones'), ...textsIn(state, 'var/lib/bind/whmapi1')],
  };
};
/** The files in a folder of the machine, including staged ones. */
function textsIn(state: string, folder: string): string[] {
  const path = join(state, 'root', folder);
  if (!existsSync(path)) return [];
  const files = readdirSync(path, { withFileTypes: true }).filter((one) => one.isFile());
  return files.map(({ name }) => `${name}: ${readFileSync(join(path, name), 'utf8')}`).sort();
}
const everything = (state: string) => ({
  ...machineOf(state),
  accounts: rowsOf(state, 'SELECT * FROM account'),
  journal: rowsOf(state, 'SELECT * FROM operation'),
  steps: rowsOf(state, 'SELECT * FROM operation_step'),
  locks: rowsOf(state, 'SELECT * FROM operation_lock'),
});
const nothing = {
  files: ['', '', '', ''],
  homes: [],
  zones: [],
  accounts: [],
  journal: [],
  steps: [],
  locks: [],
};
const linesOf = (state: string) =>
  auditLog(state).lines.map((line) => [line.function, line.stage, line.result]);
const usernames = (state: string) =>
  rowsOf(state, 'SELECT username FROM account ORDER BY username').map(
    (row) => (row as { username: string }).username,
  );

describe('createacct that is killed', () => {
  it.each([
    'before journal.note',
    'before users.create',
    'after users.create',
    'after journal.note, time 2',
    // The first check whether there is a quota, before anything is planned.
    'after quota.isEnabled, time 2',
    'after files.commit',
    'after journal.close',
  ])('%s is undone by the next call, whichever it is', async (moment) => {
    const { state } = here;
    expect(await callUntil(state, moment, 'createacct', { ...bob, quota: '5' })).toBe('SIGKILL');
    expect(rowsOf(state, 'SELECT * FROM operation')).toHaveLength(1);
    const { metadata } = await callHere(state, 'twofactorauth_get_issuer');
    expect([metadata.result, metadata.output]).toEqual([1, undefined]);
    expect(everything(state)).toEqual(nothing);
    expect(linesOf(state)).toEqual([
      ['createacct', 'begun', 1],
      ['create-account', 'undone later', 0],
      ['twofactorauth_get_issuer', undefined, 1],
    ]);
    const { lines } = auditLog(state);
    expect([lines[1]?.xid, lines[1]?.caller]).toEqual([lines[0]?.xid, 'root']);
    expect((await callHere(state, 'createacct', bob)).metadata.reason).toBe('Account Creation Ok');
  });

  it.each(['suspended', 'shadow', 'group'])(
    'before the row of the %s file got one in the passwd file',
    async (file) => {
      const { state } = here;
      expect(await callUntil(state, 'before users.create', 'createacct', bob)).toBe('SIGKILL');
      // The state after a process was killed between two files.
      const etc = join(state, 'root/etc');
      mkdirSync(etc, { recursive: true, mode: 0o700 });
      writeFileSync(join(etc, file), 'bob:10001:10001:\n');
      await callHere(state, 'twofactorauth_get_issuer');
      expect(everything(state)).toEqual(nothing);
    },
  );

  it('before it was recorded leaves nothing for the next call to clean up', async () => {
    const { state } = here;
    expect(await callUntil(state, 'after journal.open', 'createacct', bob)).toBe('SIGKILL');
    expect(everything(state)).toEqual(nothing);
    expect((await callHere(state, 'createacct', bob)).metadata.reason).toBe('Account Creation Ok');
  });
});

describe('work on an account that is killed', () => {
  it.each(['before users.remove', 'after users.remove', 'after journal.close'])(
    'by removeacct %s is finished by the next call, whichever it is',
    async (moment) => {
      const { state } = here;
      await callHere(state, 'createacct', bob);
      expect(await callUntil(state, moment, 'removeacct', { username: 'bob' })).toBe('SIGKILL');
      await callHere(state, 'twofactorauth_get_issuer');
      expect(everything(state)).toEqual(nothing);
      expect(rowsOf(state, 'SELECT id FROM removed_user_id')).toEqual([{ id: 10001 }]);
      expect(linesOf(state).slice(-3)).toEqual([
        ['removeacct', 'begun', 1],
        ['remove-account', 'finished later', 1],
        ['twofactorauth_get_issuer', undefined, 1],
      ]);
    },
  );

  it.each<[string, string, object]>([
    ['modifyacct', 'before users.rename', { user: 'bob', newuser: 'robert', HASSHELL: '1' }],
    ['modifyacct', 'after users.rename', { user: 'bob', newuser: 'robert', HASSHELL: '1' }],
    ['modifyacct', 'after users.setShell', { user: 'bob', newuser: 'robert', HASSHELL: '1' }],
    ['modifyacct', 'after files.commit', { user: 'bob', domain: 'robert.example' }],
    ['modifyacct', 'after files.remove', { user: 'bob', domain: 'robert.example' }],
    ['suspendacct', 'after users.suspend', { user: 'bob' }],
    ['removeacct', 'after files.remove', { username: 'bob' }],
  ])('by %s %s is undone by the next call', async (command, moment, args) => {
    const { state } = here;
    await callHere(state, 'createacct', bob);
    const before = everything(state);
    expect(await callUntil(state, moment, command, args)).toBe('SIGKILL');
    expect((await callHere(state, 'twofactorauth_get_issuer')).metadata.output).toBeUndefined();
    expect(everything(state)).toEqual(before);
    expect(linesOf(state).slice(-2)[0]).toEqual([expect.stringMatching(/-account$/), 'undone later', 0]);
  });
});

describe('the program itself', () => {
  it('makes others wait while it runs, and its work is undone once it was killed', async () => {
    const { state } = here;
    // A process that changes the users of the sandbox holds this lock. Now no other process can.
    mkdirSync(join(state, 'root/etc'), { recursive: true, mode: 0o700 });
    await callHere(state, 'version');
    const lock = spawn('flock', ['--no-fork', join(state, 'root/etc/.pwd.lock'), 'cat']);
    const released = new Promise((done) => lock.on('close', done));
    lock.stdin.write('\n');
    await new Promise((done) => lock.stdout.once('data', done));

    const { child, done } = start(['createacct', ...words(bob)], { state });
    while (!existsSync(join(state, 'store.db')) || begunIn(state) !== 1) await sleep(20);
    const { metadata } = await callHere(state, 'twofactorauth_get_issuer');
    expect(metadata.output).toBeUndefined();
    expect(begunIn(state)).toBe(1);
    child.kill('SIGKILL');
    expect((await done).signal).toBe('SIGKILL');
    lock.stdin.end();
    await released;

    const again = await call(['createacct', ...words(bob)], { state });
    expect(again.metadata.reason).toBe('Account Creation Ok');
    expect(linesOf(state)).toEqual([
      ['version', undefined, 1],
      ['createacct', 'begun', 1],
      ['twofactorauth_get_issuer', undefined, 1],
      ['create-account', 'undone later', 0],
      ['createacct', 'begun', 1],
      ['createacct', undefined, 1],
    ]);
  });

  it('leaves a complete account or none, whenever it is killed', async () => {
    const began = Date.now();
    const measured = join(here.path, 'measured');
    await parallel([1, 2, 3, 4], 2, (at) =>
      call(['createacct', `username=u${at}`, `domain=u${at}.example`], { state: measured }),
    );
    const typical = (Date.now() - began) / 2;
    const outcomes = await parallel(Array.from({ length: 12 }), 2, async (_none, at) => {
      const state = join(here.path, `state-${at}`);
      const { child, done } = start(['createacct', ...words(bob)], { state });
      // The first is killed at once, and the last is not killed, so each outcome occurs on any machine.
      if (at === 0) child.kill('SIGKILL');
      const delay = typical * (0.2 + (at / 7) ** 2);
      const timer = at < 11 ? setTimeout(() => child.kill('SIGKILL'), delay) : undefined;
      await done;
      clearTimeout(timer);
      const { metadata } = await callHere(state, 'twofactorauth_get_issuer');
      const { files, homes, accounts, journal } = everything(state);
      const isSound = integrityOf(state) === 'ok' && metadata.output === undefined && journal.length === 0;
      // In passwd, shadow and group: none has a row that the others lack.
      const rows = files.map((text) => text.split('\n').length - 1);
      return `${isSound ? 'sound' : JSON.stringify(metadata)} ${rows.join(' ')} ${homes.length} ${accounts.length}`;
    });
    expect([...new Set(outcomes)].sort()).toEqual(['sound 0 0 0 0 0 0', 'sound 1 1 1 0 1 1']);
  });
});

describe('many processes at once', () => {
  it.each([
    ['the same user', ['username=bob', 'domain=a.example'], ['username=bob', 'domain=b.example']],
    ['the same domain', ['username=ann', 'domain=a.example'], ['username=bob', 'domain=a.example']],
  ])('create one account of %s', async (_what, ...argvs) => {
    const { state } = here;
    const results = await parallel(argvs, 2, (argv) => call(['createacct', ...argv], { state }));
    expect(results.map(({ status }) => status).sort()).toEqual([0, 1]);
    const [made] = results.filter(({ status }) => status === 0);
    const [refused] = results.filter(({ status }) => status === 1);
    expect(made?.metadata.reason).toBe('Account Creation Ok');
    expect(refused?.metadata).toMatchObject({
      error_code: 'bad_param',
      reason: expect.stringMatching(/ already (?:exists|belongs to an account)\. Choose another/) as string,
    });
    expect(usernames(state)).toHaveLength(1);
    expect(machineOf(state).homes).toEqual(usernames(state));
  });

  it('create ten accounts of ten', async () => {
    const { state } = here;
    const names = Array.from({ length: 10 }, (_, at) => `user${at}`);
    const results = await parallel(names, 10, (name) =>
      call(['createacct', `username=${name}`, `domain=${name}.example`], { state }),
    );
    expect(results.map(({ metadata }) => metadata.reason)).toEqual(names.map(() => 'Account Creation Ok'));
    expect(usernames(state)).toEqual(names);
    expect(machineOf(state).homes).toEqual(names);
    const uids = rowsOf(state, 'SELECT uid FROM account ORDER BY uid').map(
      (row) => (row as { uid: number }).uid,
    );
    expect(uids).toEqual(names.map((_, at) => 10_001 + at));
    expect(auditLog(state).lines).toHaveLength(20);
    expect(rowsOf(state, 'SELECT * FROM operation')).toEqual([]);
  });
});

/**
 * How many steps of the current operation were started; undefined if there is none, or the database is being created.
 */
function begunIn(state: string): number | undefined {
  try {
    const [row] = rowsOf(
      state,
      "SELECT (SELECT count(*) FROM operation_step WHERE operation = id AND state <> 'planned') AS begun FROM operation",
    );
    return (row as { begun: number } | undefined)?.begun;
  } catch {
    return undefined;
  }
}
