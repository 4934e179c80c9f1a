// modifyacct, editquota and limitbw, compared with the files of the sandbox’s machine.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { callerNamed, storedAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';
import { installPhp } from '../support/php.ts';

const SECRET = 'WJ73QJSKZBXCIFPZ';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

type Args = Readonly<Record<string, Json>>;

const path = (name: string) => join(here.state, 'root', name);
/** The row of a user in a file below etc. */
const row = (file: string, name: string) =>
  readFileSync(path(`etc/${file}`), 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`${name}:`));
const homes = () => readdirSync(path('home')).sort();
const create = (username: string, args: Args = {}) =>
  here.call('createacct', { username, domain: `${username}.example`, ...args });
const modify = (args: Args) => here.call('modifyacct', args);
const users = async () => here.engine.machine.users();
/** Everything about the accounts, on the machine and in the store. */
const everything = async (...names: string[]) => ({
  files: ['passwd', 'shadow', 'group'].map((file) => readFileSync(path(`etc/${file}`), 'utf8')),
  homes: homes(),
  stored: await Promise.all(names.map((name) => storedAccount(here, name))),
});

describe('modifyacct', () => {
  it('assigns another package with plan=, as changepackage does', async () => {
    await here.call('addpkg', { name: 'gold', quota: '77', maxpop: '9', hasshell: '1' });
    await create('bob', { quota: '100' });
    const { metadata, data } = await modify({ user: 'bob', plan: 'gold', MAXPOP: '4', CPTHEME: '' });
    expect(metadata).toMatchObject({ result: 1 });
    expect(data?.cpuser).toMatchObject({ PLAN: 'gold', QUOTA: 77, MAXPOP: 4, HASSHELL: 1 });
    expect(await storedAccount(here, 'bob')).toMatchObject({
      package: 'gold',
      shellPath: '/bin/bash',
      settings: { diskLimit: 77, maxMailboxes: 4 },
    });
  });

  it('requires upgrade-account if plan= is given', async () => {
    await create('bob', {});
    const as = { user: 'root', privileges: new Set(['edit-account']), seesAll: true } as const;
    const { metadata } = await here.call('modifyacct', { user: 'bob', plan: 'starter' }, { as });
    expect(metadata).toMatchObject({
      error_code: 'denied',
      reason: expect.stringContaining('upgrade-account') as string,
    });
    expect(await storedAccount(here, 'bob')).toMatchObject({ package: 'default' });
  });

  it('changes the given values and keeps the others', async () => {
    await create('bob', { quota: '100', maxpop: '3', contactemail: 'bob@example.org' });
    const before = await storedAccount(here, 'bob');
    const { metadata, data } = await modify({ user: 'bob', DNS: 'Robert.example', MAXSQL: '5', BACKUP: '1' });
    expect(metadata).toEqual({ version: 1, reason: 'OK', result: 1, command: 'modifyacct' });
    expect(data).toEqual({
      user: 'bob',
      domain: 'robert.example',
      setshell: 'unmodified',
      cpuser: {
        BACKUP: 1,
        BWLIMIT: 'unlimited',
        CONTACTEMAIL: 'bob@example.org',
        DOMAIN: 'robert.example',
        FEATURELIST: 'default',
        HASCGI: 1,
        HASSHELL: 0,
        IP: '192.0.2.1',
        LOCALE: 'en',
        MAILBOX_FORMAT: 'maildir',
        MAXADDON: 'unlimited',
        MAXFTP: 'unlimited',
        MAXLST: 'unlimited',
        MAXPARK: 'unlimited',
        MAXPOP: 3,
        MAXSQL: 5,
        MAXSUB: 'unlimited',
        MAX_DEFER_FAIL_PERCENTAGE: 'unlimited',
        MAX_EMAILACCT_QUOTA: 'unlimited',
        MAX_EMAIL_PER_HOUR: 'unlimited',
        OWNER: 'root',
        PLAN: 'default',
        QUOTA: 100,
        RS: 'jupiter',
        STARTDATE: 1772366410,
        USER: 'bob',
      },
    });
    expect(await storedAccount(here, 'bob')).toEqual({
      ...before,
      domain: 'robert.example',
      backup: true,
      settings: { ...before?.settings, maxDatabases: 5 },
    });
    // The domain can be used again.
    expect((await create('carl', { domain: 'bob.example' })).metadata.result).toBe(1);
  });

  it('renames the user with its home directory and everything that uses the name', async () => {
    await create('bob', { reseller: '1', ownerself: '1' });
    await create('carl', { owner: 'bob' });
    await here.call('setacls', {
      reseller: 'bob',
      'acl-create-acct': '1',
      'acl-add-pkg': '1',
      'acl-allow-unlimited-pkgs': '1',
    });
    await here.call('addpkg', { name: 'hers' }, { as: await callerNamed(here, 'bob') });
    writeFileSync(path('home/bob/file'), 'kept');
    await here.call('twofactorauth_set_tfa_config_for_user', {
      bob: { primary_account: { secret: SECRET } },
    });
    const bob = await callerNamed(here, 'bob');
    const code = codeAt(SECRET, here.time);
    const enrol = { secret: SECRET, tfa_token: code };
    expect((await here.call('twofactorauth_set_tfa_config', enrol, { as: bob })).metadata.result).toBe(1);
    const before = await storedAccount(here, 'bob');

    const { metadata, data } = await modify({ user: 'bob', newuser: 'robert' });
    expect(metadata.result).toBe(1);
    expect(data).toMatchObject({ user: 'robert', domain: 'bob.example' });
    expect([row('passwd', 'bob'), row('shadow', 'bob'), row('group', 'bob')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(row('passwd', 'robert')).toBe('robert:x:10001:10001:bob.example:/home/robert:/usr/sbin/nologin');
    expect(row('group', 'robert')).toBe('robert:x:10001:');
    expect(homes()).toEqual(['carl', 'robert']);
    expect(readFileSync(path('home/robert/file'), 'utf8')).toBe('kept');
    expect(await storedAccount(here, 'bob')).toBeUndefined();
    expect(await storedAccount(here, 'robert')).toEqual({
      ...before,
      username: 'robert',
      owner: 'robert',
      home: '/home/robert',
    });
    expect((await storedAccount(here, 'carl'))?.owner).toBe('robert');
    const { data: packages } = await here.call('listpkgs', {}, { as: await callerNamed(here, 'robert') });
    expect((packages?.pkg as { name: string }[]).map(({ name }) => name)).toEqual(['bob_hers']);
    expect((await callerNamed(here, 'robert')).privileges).toEqual(
      new Set(['add-pkg', 'allow-unlimited-pkgs', 'create-acct']),
    );
    expect((await here.call('listresellers')).data).toEqual({ reseller: ['robert'] });
    expect((await here.call('twofactorauth_get_user_configs')).data).toEqual({
      robert: { is_enabled: 1, primary_domain: 'bob.example' },
    });
    const asked = await here.call('twofactorauth_get_tfa_config_for_user', { user: 'robert' });
    expect(asked.data).toMatchObject({ robert: { primary_account: { secret: SECRET } } });
    const again = await here.call('twofactorauth_set_tfa_config', enrol, { as: { ...bob, user: 'robert' } });
    expect(again.metadata.error_code).toBe('tfa_replayed');
  });

  it('returns the steps of a dry run in their order, and runs none', async () => {
    installPhp(here, '8.4');
    await create('bob');
    const before = await everything('bob');
    const args = { user: 'bob', newuser: 'robert', HASSHELL: '1', QUOTA: '9' };
    const { metadata } = await here.call('modifyacct', args, { dryRun: true });
    const { warnings, messages = [] } = metadata.output ?? {};
    expect({ warnings, messages: messages.filter((line) => !/^[-+@ ]/.test(line)) }).toEqual({
      warnings: [
        'The disk limit is stored but not enforced: quotas are off on the file system of the home directories.',
      ],
      messages: [
        'Write the virtual hosts of “bob” in the configuration of Apache.',
        'Let the websites of “bob” answer 503 (Service Unavailable).',
        'Remove the pools of “bob” from PHP-FPM, if there are any.',
        'Rename the user “bob” to “robert” with the home directory “/home/robert”, and end its processes.',
        'Set the shell of “robert” to “/bin/bash”.',
        'Limit the disk space of “robert” to 9 MiB, if the file system enforces quotas.',
        'Set the pools of “robert” in PHP-FPM 8.4: bob.example.',
        'Link the logs in “/var/log/whmapi1-domlogs/bob” into “/var/log/whmapi1-domlogs/robert”.',
        'Write the virtual hosts of “robert” in the configuration of Apache.',
        'Remove the folder of logs “/var/log/whmapi1-domlogs/bob”.',
        'Link “/home/robert/access-logs” to “/var/log/whmapi1-domlogs/robert”.',
        'End the pause of the websites of “bob”.',
        'Set logins of “robert” in Dovecot: robert.',
        'Change Exim’s files of “robert”.',
        'End sessions of mail: bob.',
        'Let these logins use FTP for the account “robert”: robert.',
      ],
    });
    expect(await everything('bob')).toEqual(before);
  });

  it('assigns a shell and removes it', async () => {
    await create('bob');
    expect((await modify({ user: 'bob', HASSHELL: '1' })).data?.setshell).toBe('/bin/bash');
    expect(row('passwd', 'bob')).toMatch(/:\/bin\/bash$/);
    expect((await modify({ user: 'bob', shell: '/usr/bin/git-shell' })).data?.setshell).toBe(
      '/usr/bin/git-shell',
    );
    expect(row('passwd', 'bob')).toMatch(/:\/usr\/bin\/git-shell$/);
    expect((await modify({ user: 'bob', HASSHELL: '0' })).data?.setshell).toBe('/usr/sbin/nologin');
    expect(row('passwd', 'bob')).toMatch(/:\/usr\/sbin\/nologin$/);
  });

  it('keeps a home directory that is not named after the account, and keeps a suspension', async () => {
    await create('bob', { homedir: '/home/webshop' });
    await here.call('suspendacct', { user: 'bob', reason: 'unpaid' });
    expect((await modify({ user: 'bob', newuser: 'robert' })).metadata.result).toBe(1);
    expect(row('passwd', 'robert')).toBe('robert:x:10001:10001:bob.example:/home/webshop:/usr/sbin/nologin');
    expect(homes()).toEqual(['webshop']);
    expect(await (await users()).isSuspended('robert')).toBe(true);
    expect(await storedAccount(here, 'robert')).toMatchObject({
      suspendedAt: here.time,
      suspendReason: 'unpaid',
    });
  });

  it('transfers an account to a reseller, to root, or to itself under either name', async () => {
    await create('rita', { reseller: '1' });
    await create('bob');
    const owner = async (name: string) => (await storedAccount(here, name))?.owner;
    await modify({ user: 'bob', owner: 'rita' });
    expect(await owner('bob')).toBe('rita');
    await modify({ user: 'bob', owner: 'bob' });
    expect(await owner('bob')).toBe('bob');
    await modify({ user: 'bob', owner: 'root' });
    expect(await owner('bob')).toBe('root');
    await modify({ user: 'rita', owner: 'rita', newuser: 'rosa' });
    expect(await owner('rosa')).toBe('rosa');
  });

  it('changes nothing if a value is rejected', async () => {
    await create('ann');
    await create('bob');
    mkdirSync(path('home/old'));
    await here.call('twofactorauth_set_tfa_config_for_user', {
      sam: { primary_account: { secret: SECRET } },
    });
    const before = await everything('ann', 'bob');
    for (const [what, args, error_code, reason] of [
      [
        'a name that is taken',
        { newuser: 'ann' },
        'bad_param',
        'The account “ann” already exists. Choose another name.',
      ],
      [
        'a reserved name',
        { newuser: 'mysql' },
        'bad_param',
        '“mysql” is a reserved username on this server. Choose another username.',
      ],
      [
        'a name that has a secret stored',
        { newuser: 'sam' },
        'bad_param',
        'Two-factor authentication is already configured for the name “sam”. Remove it with twofactorauth_remove_user_config, or choose another name.',
      ],
      ['a name whose home is there', { newuser: 'old' }, 'bad_param', '“/home/old” already exists.'],
      [
        'a domain that is taken',
        { domain: 'ann.example' },
        'bad_param',
        'The domain “ann.example” already belongs to an account. Choose another domain.',
      ],
      [
        'an owner who is not a reseller',
        { owner: 'ann' },
        'bad_param',
        'Owner does not exist: “ann” is not a reseller. Run listresellers to list the resellers.',
      ],
      [
        'a path that leads back',
        { shell: '/bin/../bin/sh' },
        'bad_param',
        'The parameter “shell” should be the path of a shell, such as /bin/bash, not “/bin/../bin/sh”.',
      ],
      [
        'a date that no calendar has',
        { STARTDATE: '999999999999999' },
        'bad_param',
        'The parameter “STARTDATE” should be a whole number from 0 to 253402300799, not “999999999999999”.',
      ],
    ] as [string, Args, string, string][]) {
      const { metadata } = await modify({ user: 'bob', HASSHELL: '1', ...args });
      expect({ what, ...metadata }).toMatchObject({ what, result: 0, error_code, reason });
      expect({ what, ...(await everything('ann', 'bob')) }).toEqual({ what, ...before });
    }
    // No operation is left in progress.
    expect((await modify({ user: 'bob', newuser: 'bobby' })).metadata.result).toBe(1);
  });

  it('applies a reseller’s privileges and limits', async () => {
    await create('rita', { reseller: '1' });
    await here.call('setresellerlimits', {
      user: 'rita',
      enable_resource_limits: '1',
      diskspace_limit: '1000',
    });
    await create('bob', { owner: 'rita', quota: '100' });
    const rita = reseller('rita', 'edit-account', 'quota', 'limit-bandwidth', 'allow-unlimited-disk-pkgs');
    const as = { as: rita };
    for (const [args, code, reason] of [
      [{ shell: '/bin/sh' }, 'denied', 'Only root can choose a particular shell.'],
      [
        { HASSHELL: '1' },
        'denied',
        'You do not have the privileges for these settings. “hasshell=1” requires the privilege “add-pkg-shell”.',
      ],
      [
        { owner: 'root' },
        'denied',
        'You cannot create accounts for “root”: you own the accounts that you create.',
      ],
      [
        { QUOTA: '1001' },
        'limit_reached',
        'You have 1000 MiB of disk space for all accounts together, of which your other accounts have 0 MiB.',
      ],
      [
        { QUOTA: '0' },
        'limit_reached',
        'Your accounts share a limit of 1000 MiB of disk space, so you cannot set an account to unlimited.',
      ],
    ] as const) {
      expect((await here.call('modifyacct', { user: 'bob', ...args }, as)).metadata).toMatchObject({
        error_code: code,
        reason,
      });
    }
    expect((await here.call('editquota', { user: 'bob', quota: '1001' }, as)).metadata.error_code).toBe(
      'limit_reached',
    );
    expect((await here.call('editquota', { user: 'bob', quota: '1000' }, as)).metadata.result).toBe(1);
    expect((await here.call('limitbw', { user: 'bob', bwlimit: '5' }, as)).metadata.result).toBe(1);
    expect((await here.call('limitbw', { user: 'bob' }, as)).metadata.reason).toBe(
      'You do not have the privileges for these settings. “bwlimit=unlimited” requires the privilege “allow-unlimited-bw-pkgs”.',
    );
  });
});

describe('editquota and limitbw', () => {
  it('set the limits, and warn that nothing enforces them', async () => {
    await create('bob');
    expect((await here.call('editquota', { user: 'bob', quota: '2048' })).metadata).toEqual({
      version: 1,
      reason: 'OK',
      result: 1,
      command: 'editquota',
      output: {
        warnings: [
          'The disk limit is stored but not enforced: quotas are off on the file system of the home directories.',
        ],
      },
    });
    const limited = await here.call('limitbw', { user: 'bob', bwlimit: '1024' });
    expect(limited.metadata.output).toBeUndefined();
    expect(limited.data?.bwlimits).toEqual([
      {
        bwlimit: 1073741824,
        bwlimitenable: 1,
        domains: ['bob.example'],
        human_bwlimit: '1024 MiB',
        human_bwused: '0.00 MiB',
        unlimited: 0,
      },
    ]);
    expect((await storedAccount(here, 'bob'))?.settings).toMatchObject({
      diskLimit: 2048,
      bandwidthLimit: 1024,
    });
  });

  it('remove limits without a warning', async () => {
    await create('bob', { quota: '5', bwlimit: '5' });
    expect(
      (await here.call('editquota', { user: 'bob', quota: 'unlimited' })).metadata.output,
    ).toBeUndefined();
    const { metadata, data } = await here.call('limitbw', { user: 'bob' });
    expect(metadata.output).toBeUndefined();
    expect(data?.bwlimits).toMatchObject([{ bwlimit: 0, human_bwlimit: 'unlimited', unlimited: 1 }]);
    expect((await storedAccount(here, 'bob'))?.settings).toMatchObject({
      diskLimit: null,
      bandwidthLimit: null,
    });
  });

  it('and modifyacct lose no changes of each other if they run at the same time', async () => {
    await create('bob');
    const results = await Promise.all([
      modify({ user: 'bob', HASSHELL: '1', MAXPOP: '3' }),
      here.call('limitbw', { user: 'bob', bwlimit: '7' }),
      here.call('editquota', { user: 'bob', quota: '8' }),
    ]);
    expect(results.map(({ metadata }) => metadata.reason)).toEqual(['OK', 'OK', 'OK']);
    expect(await storedAccount(here, 'bob')).toMatchObject({
      shellPath: '/bin/bash',
      settings: { maxMailboxes: 3, bandwidthLimit: 7, diskLimit: 8 },
    });
  });
});
