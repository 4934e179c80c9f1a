// Accounts are suspended and removed while daemons do not answer: what can be done is done, a task does the rest, and the
// answer says so.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Db } from '../../src/core/context.ts';
import * as tasks from '../../src/ground/rules/tasks/tasks.ts';
import { storedAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';
import { withStopped } from '../support/stopped-databases.ts';

let here: Installation;
const stopped = new Set<'mysql' | 'postgresql'>();

beforeEach(async () => {
  here = new Installation();
  stopped.clear();
  here.overrides.machine = withStopped(here.engine.machine, stopped);
  await here.call('createacct', { username: 'bob', domain: 'bob.example' });
});
afterEach(() => here.remove());

const KINDS = ['follow-suspension', 'remove-account'] as const;

/** Runs the tasks that are due a minute later. @returns the tasks of accounts, as “kind state”. */
async function aMinuteLater(): Promise<string[]> {
  here.time += 61_000;
  await runTasks(here, ...KINDS);
  return taskStates();
}

async function taskStates(): Promise<string[]> {
  const all = await transaction((db) => tasks.list(db));
  return all
    .filter(({ kind }) => KINDS.some((one) => one === kind))
    .map(({ kind, state }) => `${kind} ${state}`);
}

const transaction = <T>(work: (db: Db) => Promise<T>): Promise<T> =>
  here.engine.store.transaction('changes', async (db) => ({ value: await work(db), keep: true }));

const passwd = () => readFileSync(join(here.state, 'root/etc/passwd'), 'utf8');
const isSuspended = async () => (await here.engine.machine.users()).isSuspended('bob');
const webOf = () => readFileSync(join(here.state, 'root/etc/apache2/whmapi1/accounts/bob.conf'), 'utf8');

describe('suspendacct while MariaDB is down', () => {
  it('does everything else at once, and a task does the rest once MariaDB runs', async () => {
    stopped.add('mysql');
    const { metadata } = await here.call('suspendacct', { user: 'bob', reason: 'spam' });
    expect(metadata).toMatchObject({ result: 1 });
    const later =
      'The task “follow-suspension” does the rest: it tries every minute, and “whmapi1 --tasks” shows it.';
    expect(metadata.reason).toBe(
      `The account “bob” is suspended. Not yet done: The server “mysql” is not running. ${later}`,
    );
    expect(metadata.output?.warnings).toEqual(['Not yet done: The server “mysql” is not running.', later]);
    expect(await isSuspended()).toBe(true);
    expect(await storedAccount(here, 'bob')).toMatchObject({ suspendReason: 'spam' });
    expect(webOf()).toContain('503');

    expect(await aMinuteLater()).toEqual(['follow-suspension waiting']);
    stopped.clear();
    expect(await aMinuteLater()).toEqual(['follow-suspension done']);
    expect(await aMinuteLater()).toEqual(['follow-suspension done']);
  });

  it('is taken back by unsuspendacct, whether or not MariaDB runs', async () => {
    stopped.add('mysql');
    await here.call('suspendacct', { user: 'bob' });
    stopped.clear();
    expect((await here.call('unsuspendacct', { user: 'bob' })).metadata).toEqual({
      ...{ version: 1, result: 1, reason: 'OK', command: 'unsuspendacct' },
    });
    expect(await taskStates()).toEqual(['follow-suspension stopped']);

    stopped.add('postgresql');
    await here.call('suspendacct', { user: 'bob' });
    const { metadata } = await here.call('unsuspendacct', { user: 'bob' });
    expect(metadata).toMatchObject({
      result: 1,
      reason: expect.stringContaining(
        '“bob” is no longer suspended. Not yet done: The server “postgresql”',
      ) as string,
    });
    expect(await isSuspended()).toBe(false);
    stopped.clear();
    expect((await aMinuteLater()).slice(1)).toEqual(['follow-suspension stopped', 'follow-suspension done']);
    expect(await isSuspended()).toBe(false);
  });

  it('follows an account that is renamed meanwhile', async () => {
    stopped.add('mysql');
    await here.call('suspendacct', { user: 'bob' });
    stopped.clear();
    const { metadata } = await here.call('modifyacct', { user: 'bob', newuser: 'rob' });
    expect(metadata).toMatchObject({ result: 1 });
    expect(await aMinuteLater()).toEqual(['follow-suspension done']);
    const [task] = await transaction((db) => tasks.list(db)).then((all) =>
      all.filter(({ kind }) => kind === 'follow-suspension'),
    );
    expect(task?.result).toEqual({ account: 'rob' });
  });

  it('is passed on by suspendreseller', async () => {
    await here.call('setupreseller', { user: 'bob' });
    stopped.add('mysql');
    const { metadata } = await here.call('suspendreseller', { user: 'bob' });
    expect(metadata).toMatchObject({ result: 1 });
    expect(metadata.output?.warnings).toContain('“bob”: Not yet done: The server “mysql” is not running.');
    expect(passwd()).toContain('bob');
    expect(existsSync(join(here.state, 'root/home/bob'))).toBe(true);
  });
});

describe('removeacct while a database server is down', () => {
  it('suspends the account and loses nothing, and a task removes it once the server runs', async () => {
    stopped.add('mysql');
    const { metadata } = await here.call('removeacct', { username: 'bob' });
    expect(metadata).toMatchObject({ result: 1 });
    expect(metadata.output?.warnings).toEqual([
      'The account “bob” is suspended, and nothing of it is removed yet.',
      'The removal waits: The server “mysql” is not running.',
      'The task “remove-account” tries every minute, and “whmapi1 --tasks” shows it. “unsuspendacct” cancels the removal.',
    ]);
    expect(metadata.reason).toBe(metadata.output?.warnings?.join(' '));
    expect(await isSuspended()).toBe(true);
    expect(existsSync(join(here.state, 'root/home/bob'))).toBe(true);
    expect(await storedAccount(here, 'bob')).toMatchObject({
      suspendReason: 'The account is being removed.',
    });

    expect(await aMinuteLater()).toEqual(['remove-account waiting', 'follow-suspension waiting']);
    // Once more by hand: one task is enough.
    await here.call('removeacct', { username: 'bob' });
    expect(await taskStates()).toEqual(['remove-account waiting', 'follow-suspension waiting']);
    stopped.clear();
    expect(await aMinuteLater()).toContain('remove-account done');
    expect(await storedAccount(here, 'bob')).toBeUndefined();
    expect(passwd()).not.toContain('bob');
    expect(existsSync(join(here.state, 'root/home/bob'))).toBe(false);
  });

  it('is taken back by unsuspendacct', async () => {
    stopped.add('postgresql');
    await here.call('removeacct', { username: 'bob' });
    await here.call('unsuspendacct', { user: 'bob' });
    stopped.clear();
    await aMinuteLater();
    expect(await storedAccount(here, 'bob')).toMatchObject({ suspendedAt: null });
    expect(await isSuspended()).toBe(false);
  });

  it('does not tell a stranger anything', async () => {
    stopped.add('mysql');
    const as = reseller('rita', 'kill-acct');
    const { metadata } = await here.call('removeacct', { username: 'bob' }, { as });
    expect(metadata).toMatchObject({ error_code: 'denied' });
    expect(await isSuspended()).toBe(false);
  });
});
