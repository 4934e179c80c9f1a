// suspendacct and unsuspendacct, compared with the files of the sandbox’s machine. Also: no function allows a reseller
// to change accounts of others.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { callerNamed, storedAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';
import { installPhp } from '../support/php.ts';

// A password is really hashed, and its strength is calculated with large dictionaries.
let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

type Args = Readonly<Record<string, Json>>;

const path = (name: string) => join(here.state, 'root', name);
const crontab = (name: string) => path(`var/spool/cron/crontabs/${name}`);
const shadow = () => readFileSync(path('etc/shadow'), 'utf8');
const passwd = () => readFileSync(path('etc/passwd'), 'utf8');
const create = (username: string, args: Args = {}) =>
  here.call('createacct', { username, domain: `${username}.example`, ...args });
const suspend = (args: Args = {}) => here.call('suspendacct', { user: 'bob', ...args });
const unsuspend = (args: Args = {}) => here.call('unsuspendacct', { user: 'bob', ...args });
const rita = reseller('rita', 'suspend-acct');

/** Without the lines of a diff. */
const sentences = (lines: readonly string[] = []) => lines.filter((line) => !/^[-+@ ]/.test(line));

describe('suspendacct', () => {
  it('locks everything, and unsuspendacct restores it exactly', async () => {
    await create('bob', { password: 'four unusual words, Xylophone' });
    mkdirSync(dirname(crontab('bob')), { recursive: true });
    writeFileSync(crontab('bob'), '0 0 * * * true\n');
    const before = { shadow: shadow(), passwd: passwd(), stored: await storedAccount(here, 'bob') };

    const { metadata, data } = await suspend({ reason: 'unpaid bill', 'leave-ftp-accts-enabled': '1' });
    expect({ metadata, data }).toEqual({
      metadata: {
        version: 1,
        reason: 'OK',
        result: 1,
        command: 'suspendacct',
      },
      data: undefined,
    });
    expect(shadow()).toMatch(/^bob:!\$7\$[^:]+:\d+:0:99999:7::1:$/m);
    expect(existsSync(crontab('bob'))).toBe(false);
    expect(await storedAccount(here, 'bob')).toEqual({
      ...before.stored,
      suspendedAt: here.time,
      suspendReason: 'unpaid bill',
    });

    expect((await unsuspend()).metadata).toEqual({
      version: 1,
      reason: 'OK',
      result: 1,
      command: 'unsuspendacct',
    });
    expect({ shadow: shadow(), passwd: passwd(), stored: await storedAccount(here, 'bob') }).toEqual(before);
    expect(readFileSync(crontab('bob'), 'utf8')).toBe('0 0 * * * true\n');
  });

  it('keeps a password locked that was locked before, even if it is called twice', async () => {
    await create('bob');
    const before = shadow();
    expect(before).toMatch(/^bob:!:/);
    await suspend();
    const first = await storedAccount(here, 'bob');
    expect(first?.suspendReason).toBe('Unknown');
    here.time += 60_000;
    const { metadata } = await suspend({ reason: 'another reason' });
    expect(metadata.output?.messages).toEqual(['“bob” was already suspended.']);
    expect(await storedAccount(here, 'bob')).toEqual({ ...first, suspendReason: 'another reason' });
    await unsuspend();
    expect(shadow()).toBe(before);
    expect((await unsuspend()).metadata).toMatchObject({
      result: 1,
      output: { messages: ['“bob” was not suspended.'] },
    });
    expect(shadow()).toBe(before);
  });

  it('can be locked, so that only root can undo or change it', async () => {
    await create('bob');
    await here.engine.store.transaction('changes', async (db) => ({
      value: await db.run("UPDATE account SET owner = 'rita'"),
      keep: true,
    }));
    await suspend({ disallowun: '1', reason: 'abuse' });
    const locked = await storedAccount(here, 'bob');
    expect(locked?.suspendLocked).toBe(true);
    for (const [command, verb] of [
      ['unsuspendacct', 'unsuspend it'],
      ['suspendacct', 'change it'],
    ] as const) {
      expect((await here.call(command, { user: 'bob' }, { as: rita })).metadata).toMatchObject({
        error_code: 'denied',
        reason: `The suspension of “bob” is locked: only root can ${verb}.`,
      });
    }
    expect(await storedAccount(here, 'bob')).toEqual(locked);
    expect((await unsuspend()).metadata.result).toBe(1);
    expect(await storedAccount(here, 'bob')).toMatchObject({
      suspendedAt: null,
      suspendReason: '',
      suspendLocked: false,
    });
    await suspend();
    expect((await here.call('unsuspendacct', { user: 'bob' }, { as: rita })).metadata.result).toBe(1);
  });

  it('prevents a reseller from making calls', async () => {
    await create('rita', { reseller: '1' });
    expect((await callerNamed(here, 'rita')).user).toBe('rita');
    await here.call('suspendacct', { user: 'rita' });
    await expect(callerNamed(here, 'rita')).rejects.toThrow('The reseller “rita” is suspended.');
  });

  it('returns the step of a dry run, and does not run it', async () => {
    installPhp(here, '8.4');
    await create('bob');
    const before = [shadow(), await storedAccount(here, 'bob')];
    const dry = await here.call('suspendacct', { user: 'bob' }, { dryRun: true });
    expect(sentences(dry.metadata.output?.messages)).toEqual([
      'Lock the password of “bob”, expire the account, end its processes, and disable its crontab.',
      'Let nobody use FTP for the account “bob”.',
      'Set logins of “bob” in Dovecot: bob.',
      'End sessions of mail: bob, *@bob.example.',
      'Change Exim’s files of “bob”.',
      'Let the websites of “bob” say that the account is suspended.',
      'Remove the pools of “bob” from PHP-FPM, if there are any.',
      'Keep the PostgreSQL users of “bob” from logging in, and end their sessions.',
      'Keep the MariaDB users of “bob” from logging in, and end their sessions.',
      'End the processes that the websites of “bob” have started meanwhile.',
    ]);
    expect([shadow(), await storedAccount(here, 'bob')]).toEqual(before);
    await suspend();
    const back = await here.call('unsuspendacct', { user: 'bob' }, { dryRun: true });
    expect(sentences(back.metadata.output?.messages)).toEqual([
      'Unlock the password of “bob” unless it was locked before the suspension, lift the expiry of the account, and ' +
        'enable its crontab.',
      'Let the MariaDB users of “bob” log in.',
      'Let the PostgreSQL users of “bob” log in.',
      'Set the pools of “bob” in PHP-FPM 8.4: bob.example.',
      'Let the websites of “bob” answer again.',
      'Set logins of “bob” in Dovecot: bob.',
      'Change Exim’s files of “bob”.',
      'Let these logins use FTP for the account “bob”: bob.',
    ]);
    expect((await storedAccount(here, 'bob'))?.suspendedAt).toBe(here.time);
  });
});

describe('an account whose user somebody has removed by hand', () => {
  it('is reported by each function, and nothing stays in progress', async () => {
    await create('bob');
    const before = await storedAccount(here, 'bob');
    await (await here.engine.machine.users()).remove('bob');
    for (const [command, args] of [
      ['suspendacct', { user: 'bob' }],
      ['modifyacct', { user: 'bob', newuser: 'robert' }],
      ['modifyacct', { user: 'bob', HASSHELL: '1' }],
      ['forcepasswordchange', { users_json: '{"bob":1}' }],
    ] as [string, Args][]) {
      expect({ args, ...(await here.call(command, args)).metadata }).toEqual({
        args,
        version: 1,
        reason: expect.stringMatching(/^The server has no user “(?:bob|robert)”\.$/) as string,
        result: 0,
        command,
        error_code: 'not_found',
      });
      expect([args, await storedAccount(here, 'bob')]).toEqual([args, before]);
    }
    expect((await here.call('removeacct', { username: 'bob' })).metadata).toEqual({
      version: 1,
      reason: 'bob account removed',
      result: 1,
      command: 'removeacct',
    });
  });

  it('or whose home directory was changed by hand cannot be renamed, and nothing stays in progress', async () => {
    await create('bob');
    writeFileSync(path('etc/passwd'), passwd().replace('/home/bob', '/home/elsewhere'));
    expect((await here.call('modifyacct', { user: 'bob', newuser: 'robert' })).metadata).toMatchObject({
      error_code: 'host_failed',
      reason: 'The home of “bob” is “/home/elsewhere”.',
    });
    const { metadata } = await here.call('suspendacct', { user: 'bob' });
    expect([metadata.result, metadata.output]).toEqual([1, undefined]);
  });
});

describe('another reseller’s account', () => {
  const all = [
    ...['edit-account', 'kill-acct', 'suspend-acct', 'passwd', 'quota', 'limit-bandwidth', 'digest-auth'],
    ...['allow-unlimited-disk-pkgs', 'allow-unlimited-bw-pkgs'],
  ];

  it('gets the same response from each function as a nonexistent one', async () => {
    await create('bob');
    const before = [shadow(), passwd(), await storedAccount(here, 'bob')];
    const as = reseller('rita', ...all);
    for (const [command, argsFor] of [
      ['modifyacct', (user) => ({ user, domain: 'taken.example', owner: 'rita' })],
      ['removeacct', (username) => ({ username })],
      ['suspendacct', (user) => ({ user })],
      ['unsuspendacct', (user) => ({ user })],
      ['passwd', (user) => ({ user, password: 'x' })],
      ['editquota', (user) => ({ user, quota: '0' })],
      ['limitbw', (user) => ({ user })],
      ['set_digest_auth', (user) => ({ user, password: 'x', enabledigest: '1' })],
      ['forcepasswordchange', (name) => ({ users_json: { [name]: 1 }, stop_on_failure: '1' })],
    ] as [string, (name: string) => Args][]) {
      for (const name of ['bob', 'none']) {
        const { metadata, data } = await here.call(command, argsFor(name), { as });
        expect({ metadata, data }).toEqual({
          metadata: {
            version: 1,
            reason: `You do not have access to an account named “${name}”.`,
            result: 0,
            command,
            error_code: 'denied',
          },
          data: undefined,
        });
      }
      const after = [shadow(), passwd(), await storedAccount(here, 'bob')];
      expect([command, after]).toEqual([command, before]);
    }
  });
});
