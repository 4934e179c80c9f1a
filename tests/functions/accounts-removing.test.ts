// removeacct, and the IDs of removed accounts, compared with the files of the sandbox’s machine.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { callerNamed, storedAccount } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

type Args = Readonly<Record<string, Json>>;

const path = (name: string) => join(here.state, 'root', name);
const names = (file: string) =>
  readFileSync(path(`etc/${file}`), 'utf8')
    .split('\n')
    .map((line) => line.split(':')[0])
    .filter((name) => name !== '');
const homes = () => (existsSync(path('home')) ? readdirSync(path('home')).sort() : []);
const create = (username: string, args: Args = {}) =>
  here.call('createacct', { username, domain: `${username}.example`, ...args });

describe('removeacct', () => {
  it('removes the user, the home directory and everything that is stored', async () => {
    await create('bob');
    await create('ann');
    await here.call('twofactorauth_set_tfa_config_for_user', {
      bob: { primary_account: { secret: 'WJ73QJSKZBXCIFPZ' } },
    });
    expect((await here.call('removeacct', { username: 'bob', keepdns: '0' })).metadata).toEqual({
      version: 1,
      reason: 'bob account removed',
      result: 1,
      command: 'removeacct',
    });
    for (const file of ['passwd', 'shadow', 'group']) expect(names(file)).toEqual(['ann']);
    expect(homes()).toEqual(['ann']);
    expect(await storedAccount(here, 'bob')).toBeUndefined();
    expect((await here.call('twofactorauth_get_user_configs')).data).toEqual({});
    expect((await here.call('removeacct', { user: 'bob' })).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'You do not have a user named “bob”.',
    });
  });

  it('returns the steps of a dry run, and runs none', async () => {
    await create('bob');
    const { metadata } = await here.call('removeacct', { username: 'bob' }, { dryRun: true });
    const lines = metadata.output?.messages ?? [];
    expect(lines.filter((line) => !/^[-+@]/.test(line))).toEqual([
      'Let nobody use FTP for the account “bob”.',
      'Remove logins of “bob” from Dovecot.',
      'End sessions of mail: bob, *@bob.example.',
      'Change Exim’s files of “bob”.',
      'Remove the virtual hosts of “bob” in the configuration of Apache.',
      expect.stringMatching(/^Remove the file of the former certificate of “bob\.example”/),
      'Remove the DNS zone “bob.example”, if it exists.',
      'Remove the pools of “bob” from PHP-FPM, if there are any.',
      'Remove the mail of “bob” that waits to be delivered.',
      'Remove the folder of logs “/var/log/whmapi1-domlogs/bob”.',
      'Remove the PostgreSQL databases and users of “bob”.',
      'Remove the MariaDB databases and users of “bob”.',
      'End the processes of “bob”. Remove the user, its crontab and the home directory “/home/bob”.',
    ]);
    expect(homes()).toEqual(['bob']);
    expect((await storedAccount(here, 'bob'))?.username).toBe('bob');
  });

  it('leaves copies of configuration files for a week, and those of files that are still there', async () => {
    const copies = (name: string) =>
      readdirSync(join(here.state, 'files/backups'), { recursive: true, encoding: 'utf8' }).filter((path) =>
        path.includes(name),
      );
    const runAfter = async (days: number) => {
      here.time += days * 86_400_000;
      await runTasks(here, 'prune-file-copies');
    };
    // Copies have the time of the machine.
    here.time = Date.now();
    await runAfter(0);
    for (const name of ['bob', 'ann']) {
      await create(name);
      await here.call('addzonerecord', {
        zone: `${name}.example`,
        ...{ name: `www2.${name}.example.`, type: 'A', address: '192.0.2.7' },
      });
    }
    await here.call('removeacct', { username: 'bob' });
    await runAfter(6);
    expect([copies('bob.example').length, copies('ann.example').length]).not.toContain(0);
    await runAfter(2);
    expect(copies('bob')).toEqual([]);
    expect(copies('ann.example')).not.toEqual([]);
  });

  it('transfers the accounts that the account owned to root', async () => {
    await create('rita', { reseller: '1' });
    await here.call('setacls', { reseller: 'rita', 'acl-add-pkg': '1', 'acl-allow-unlimited-pkgs': '1' });
    await create('bob', { owner: 'rita' });
    await here.call('addpkg', { name: 'hers' }, { as: await callerNamed(here, 'rita') });
    expect((await here.call('removeacct', { username: 'rita' })).metadata).toMatchObject({
      output: { messages: ['One account now belongs to root.'] },
    });
    expect((await storedAccount(here, 'bob'))?.owner).toBe('root');
    expect((await here.call('listresellers')).data).toEqual({ reseller: [] });
    const { data } = await here.call('listpkgs');
    expect((data?.pkg as { name: string }[]).map(({ name }) => name)).toContain('rita_hers');
  });

  it('leaves nothing of a suspension for a later account of the same name', async () => {
    await create('bob');
    await here.call('suspendacct', { user: 'bob' });
    expect((await here.call('removeacct', { username: 'bob' })).metadata.result).toBe(1);
    await create('bob');
    expect(await (await here.engine.machine.users()).isSuspended('bob')).toBe(false);
    expect((await storedAccount(here, 'bob'))?.suspendedAt).toBeNull();
    expect(readFileSync(path('etc/suspended'), 'utf8')).toBe('');
  });

  it('works if somebody has removed the user by hand', async () => {
    await create('bob');
    await (await here.engine.machine.users()).remove('bob');
    expect((await here.call('removeacct', { username: 'bob' })).metadata.reason).toBe('bob account removed');
    expect(await storedAccount(here, 'bob')).toBeUndefined();
  });

  it('requires a name', async () => {
    expect((await here.call('removeacct')).metadata).toMatchObject({
      error_code: 'missing_param',
      reason: expect.stringContaining(
        'The parameter “username” is required: it should be a username',
      ) as string,
    });
  });
});

describe('the ID of a removed account', () => {
  const uidOf = async (name: string) => (await storedAccount(here, name))?.uid;
  const untrack = async (args: Args) => (await here.call('untrack_acct_id', args)).metadata;

  it('is not reused before untrack_acct_id allows it', async () => {
    await create('ann');
    await create('bob');
    await here.call('removeacct', { username: 'bob' });
    await create('carl');
    expect([await uidOf('ann'), await uidOf('carl')]).toEqual([10001, 10003]);
    await here.call('removeacct', { username: 'carl' });
    expect(await untrack({ uid: '10002', gid: '10002' })).toMatchObject({ result: 1, reason: 'OK' });
    expect(await untrack({ gid: '10003' })).toMatchObject({ result: 1 });
    await create('dan');
    expect(await uidOf('dan')).toBe(10002);
  });

  it('is skipped if a user that was created by hand has the next ID', async () => {
    await create('ann');
    await create('bob');
    await (
      await here.engine.machine.users()
    ).create({ name: 'hand', home: '/home/hand', shell: '/bin/sh', comment: '' });
    await here.call('removeacct', { username: 'bob' });
    expect((await create('carl')).metadata.reason).toBe('Account Creation Ok');
    expect(await uidOf('carl')).toBe(10004);
  });

  it('can be requested, to restore an account', async () => {
    await create('bob');
    await here.call('removeacct', { username: 'bob' });
    await create('bob', { uid: '10001' });
    expect(await uidOf('bob')).toBe(10001);
  });

  it.each<[Args, string, string]>([
    [{}, 'bad_param', 'One of the parameters “uid” and “gid” is required: a user ID.'],
    [{ uid: '10001' }, 'bad_param', 'An account has the ID 10001. To allow it anyway, pass check_exists=0.'],
    [{ uid: '10001', check_exists: '0' }, 'not_found', 'The ID 10001 does not belong to a removed account.'],
    [
      { gid: '999' },
      'denied',
      'The ID 999 is reserved for system users. To allow it anyway, pass protect_system=0.',
    ],
    [{ gid: '999', protect_system: '0' }, 'not_found', 'The ID 999 does not belong to a removed account.'],
  ])('is rejected if untrack_acct_id is given %j', async (args, code, reason) => {
    await create('bob');
    expect(await untrack(args)).toMatchObject({ result: 0, error_code: code, reason });
  });
});
