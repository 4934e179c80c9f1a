// createacct, compared with the files of the sandbox’s machine.
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MachineError } from '../../src/core/machine-error.ts';
import type { Json } from '../../src/core/values.ts';
import { part as phpPools } from '../../src/capabilities/php/driver/php-pools/account.ts';
import { virtualHosts } from '../../src/capabilities/web/driver/virtual-hosts/virtual-hosts.ts';
import { anAccount, callerNamed, storedAccount } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';

// Passwords are really hashed, and their strength is calculated with large dictionaries.
const PASSWORD = 'four unusual words, Xylophone';
const NO_QUOTA =
  'The disk limit is stored but not enforced: quotas are off on the file system of the home directories.';

const NO_NAMESERVERS =
  'No nameservers are set, so the zone “bob.example” has only this server, “server.example.com”. ' +
  'The administrator can set nameservers with update_nameservers_config.';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

type Args = Readonly<Record<string, Json>>;

test('createacct warns, with the file, if Apache or PHP-FPM refuses its configuration', async () => {
  const refusal = jest.spyOn(virtualHosts, 'refusal');
  try {
    refusal.mockResolvedValue('Apache rejects its configuration: x. Correct that file and retry the call.');
    const { metadata } = await here.call('createacct', { username: 'bob', domain: 'bob.example' });
    expect(metadata).toMatchObject({ result: 1 });
    expect(metadata.output?.warnings).toEqual(
      expect.arrayContaining([
        'The website of “bob.example” is not served until this is corrected: Apache rejects its configuration: x. ' +
          'Correct that file.',
      ]),
    );
    refusal.mockResolvedValue(undefined);
    const next = await here.call('createacct', { username: 'carl', domain: 'carl.example' });
    expect(next.metadata.output?.warnings?.join() ?? '').not.toContain('corrected');
  } finally {
    refusal.mockRestore();
  }
  const warnings: string[] = [];
  const world = {
    ...{ roles: new Set<string>(), found: { phpRefusals: ['PHP-FPM 8.4 rejects other.conf.'] } },
    warn: (text: string) => warnings.push(text),
  };
  await phpPools.created?.(world as never, { account: anAccount() } as never);
  expect(warnings).toEqual([
    'PHP does not run for “bob.example” until this is corrected: PHP-FPM 8.4 rejects other.conf.',
  ]);
});

const path = (name: string) => join(here.state, 'root', name);
/** The row of a user in a file below etc. */
const row = (file: string, name: string) =>
  existsSync(path(`etc/${file}`))
    ? readFileSync(path(`etc/${file}`), 'utf8')
        .split('\n')
        .find((line) => line.startsWith(`${name}:`))
    : undefined;
const homes = () => (existsSync(path('home')) ? readdirSync(path('home')).sort() : []);
const create = (username: string, args: Args = {}, as?: string) =>
  callAs(as, 'createacct', { username, domain: `${username}.example`, ...args });
const callAs = async (as: string | undefined, command: string, args: Args) =>
  here.call(command, args, as === undefined ? {} : { as: await callerNamed(here, as) });

/** Creates an account “rita” with these privileges and these limits. */
const addReseller = async (privileges: readonly string[], limits: Args = {}) => {
  await create('rita');
  await here.call('setupreseller', { user: 'rita' });
  await here.call('setacls', {
    reseller: 'rita',
    ...Object.fromEntries(['create-acct', ...privileges].map((name) => [`acl-${name}`, '1'])),
  });
  await here.call('setresellerlimits', { user: 'rita', ...limits });
};
const UNLIMITED = ['viewglobalpackages', 'allow-unlimited-disk-pkgs', 'allow-unlimited-bw-pkgs'];

/** Expects a rejection with this code and reason, and that nothing of the account exists. */
const expectRefused = async (username: string, args: Args, code: string, reason: string, as?: string) => {
  const before = homes();
  const { metadata, data } = await create(username, args, as);
  const refused = { result: 0, error_code: code, reason, data: undefined };
  expect({ args, ...metadata, data }).toMatchObject({ args, ...refused });
  expect(row('passwd', username)).toBeUndefined();
  expect(homes()).toEqual(before);
};

describe('createacct', () => {
  it('creates a user on the machine with a home directory, and an account in the store', async () => {
    expect(await create('bob', { password: PASSWORD, contactemail: 'bob@example.org' })).toEqual({
      metadata: {
        version: 1,
        reason: 'Account Creation Ok',
        result: 1,
        command: 'createacct',
        output: { raw: expect.stringContaining('\nUsername: bob\n') as string, warnings: [NO_NAMESERVERS] },
      },
      data: {
        ip: '192.0.2.1',
        ...Object.fromEntries(
          ['nameserver', 'nameservera', 'nameserverentry'].flatMap((key) =>
            ['', '2', '3', '4'].map((number) => [`${key}${number}`, key === 'nameserver' ? '' : null]),
          ),
        ),
        package: 'default',
        user: 'bob',
      },
    });
    expect(row('passwd', 'bob')).toBe('bob:x:10001:10001:bob.example:/home/bob:/usr/sbin/nologin');
    expect(row('group', 'bob')).toBe('bob:x:10001:');
    expect(row('shadow', 'bob')).toMatch(/^bob:\$7\$[^:!]+:\d+:0:99999:7:::$/);
    expect(statSync(path('home/bob')).mode & 0o777).toBe(0o711);
    expect(await (await here.engine.machine.users()).verifyPassword('bob', PASSWORD)).toBe(true);
    expect(await storedAccount(here, 'bob')).toEqual({
      ...anAccount({ contactEmail: 'bob@example.org', uid: 10001, createdAt: here.time, inodesUsed: 8 }),
      blocksUsed: expect.any(Number) as number,
      settings: expect.objectContaining({ diskLimit: null, theme: 'jupiter', shell: false }) as object,
    });
    const log = readFileSync(join(here.state, 'audit.log'), 'utf8');
    expect(log).not.toContain('Xylophone');
    expect(here.audit().map(({ function: name, stage, result }) => [name, stage, result])).toEqual([
      ['createacct', 'begun', 1],
      ['createacct', undefined, 1],
    ]);
  });

  it('applies the settings of the package, except the given ones, and accepts the older names', async () => {
    await here.call('addpkg', { name: 'gold', quota: '100', bwlimit: '200', maxpop: '3', hasshell: '1' });
    const given = { pkgname: 'gold', quota: '50', maxsql: '7', language: 'de', mailbox_format: 'maildir' };
    const { metadata, data } = await create('bob', {
      ...given,
      domain: 'BOB.Example',
      homedir: '/home/b.o-b',
    });
    expect(metadata.output).toEqual({
      raw: expect.stringContaining('Home directory: /home/b.o-b\n') as string,
      warnings: [NO_QUOTA, NO_NAMESERVERS],
      messages: ['Nobody can log in to the account until passwd sets a password.'],
    });
    expect(data?.package).toBe('gold');
    expect(await storedAccount(here, 'bob')).toMatchObject({
      domain: 'bob.example',
      package: 'gold',
      home: '/home/b.o-b',
      shellPath: '/bin/bash',
      mailboxFormat: 'maildir',
      settings: { diskLimit: 50, bandwidthLimit: 200, maxMailboxes: 3, maxDatabases: 7, locale: 'de' },
    });
    expect(row('passwd', 'bob')).toBe('bob:x:10001:10001:bob.example:/home/b.o-b:/bin/bash');
    expect(row('shadow', 'bob')).toMatch(/^bob:!:/);
    expect(homes()).toEqual(['b.o-b']);
  });

  it('accepts what billing systems send: user=, upper case, yes and no, and empty values', async () => {
    const form = { domain: 'Shop.Example', plan: '', password: '', quota: '', owner: '', cgi: 'n', ip: 'no' };
    const { metadata, data } = await here.call('createacct', { user: 'Bob', customip: '', uid: '', ...form });
    expect(metadata).toMatchObject({ result: 1 });
    expect(data).toMatchObject({ user: 'bob', package: 'default' });
    expect(await storedAccount(here, 'bob')).toMatchObject({
      domain: 'shop.example',
      owner: 'root',
      settings: { cgi: false, dedicatedIp: false },
    });
    const dedicated = await here.call('createacct', { username: 'carl', domain: 'carl.example', ip: 'yes' });
    expect(dedicated.data?.ip).not.toBe(data?.ip);
  });

  it('creates a username from the domain', async () => {
    for (const name of ['shopkeep', 'shopkee1']) await create(name);
    for (const [domain, user] of [
      ['my-shop.example.com', 'myshopex'],
      ['root.example', 'root1'],
      ['123.example', 'a123'],
      ['shopkeeper.example', 'shopkee2'],
    ] as const) {
      const { metadata, data } = await here.call('createacct', { domain });
      expect([domain, metadata.result, data?.user]).toEqual([domain, 1, user]);
      expect(await storedAccount(here, user)).toMatchObject({ domain });
    }
  });

  it('does not mention a password when it fails', async () => {
    here.overrides.machine = {
      ...here.engine.machine,
      users: async () => ({
        ...(await here.application.engine.machine.users()),
        create: () => Promise.reject(new MachineError('failed', 'The user could not be made.')),
      }),
    };
    const { metadata } = await create('bob');
    expect(metadata).toMatchObject({ result: 0 });
    expect(metadata.output?.messages).toBeUndefined();
    expect(metadata.output?.raw).toBeUndefined();
  });

  it('reports the parameters that have no effect here', async () => {
    const { metadata } = await create('bob', { gid: '5', savepkg: '1', showpass: 'y' });
    expect(metadata.output?.warnings).toEqual([
      'The parameter “gid” has no effect here: the group gets the ID of the user.',
      'The parameter “savepkg” has no effect here: create a package with addpkg.',
      'The parameter “showpass” has no effect here: it is never shown.',
      NO_NAMESERVERS,
    ]);
  });

  it('returns the steps of a dry run in their order, and runs none', async () => {
    const args = { username: 'bob', domain: 'bob.example', password: PASSWORD, quota: '500' };
    const { metadata } = await here.call('createacct', args, { dryRun: true });
    expect(metadata).toEqual({
      version: 1,
      reason: 'Account Creation Ok',
      result: 1,
      command: 'createacct',
      dry_run: 1,
      output: {
        raw: expect.any(String) as string,
        warnings: [NO_QUOTA, NO_NAMESERVERS],
        messages: expect.arrayContaining([
          'Create the user “bob” with the home directory “/home/bob” and the shell “/usr/sbin/nologin”, and set its password.',
          'Limit the disk space of “bob” to 500 MiB, if the file system enforces quotas.',
          'Create the DNS zone “bob.example”.',
          '+bob.example.\tIN\tA\t192.0.2.1',
        ]) as string[],
      },
    });
    expect(existsSync(path(''))).toBe(false);
    expect(await storedAccount(here, 'bob')).toBeUndefined();
  });

  it('rejects names that are reserved, taken or invalid', async () => {
    await create('bobs');
    await create('longname1');
    // A shorter name is allowed.
    expect((await create('longnam')).metadata.result).toBe(1);
    const users = readFileSync(path('etc/passwd'), 'utf8');
    writeFileSync(path('etc/passwd'), `${users}local:x:101:101::/:/bin/sh\n`);
    for (const [name, reason] of [
      ['root', '“root” is a reserved username on this server. Choose another username.'],
      ['bobs', 'The account “bobs” already exists. Choose another name.'],
      [
        'longname2',
        expect.stringContaining('begins with the same 8 characters as the name of another account'),
      ],
      ['local', 'The name “local” belongs to a system user of this server. Choose another name.'],
      ['bob-', expect.stringContaining('should be a username: at most 16 lower-case letters and digits')],
      ['a2345678901234567', expect.stringContaining('should be a username: at most 16')],
    ] as [string, string][]) {
      const { metadata } = await create(name, { domain: 'other.example' });
      expect({ name, ...metadata }).toMatchObject({ name, result: 0, error_code: 'bad_param', reason });
    }
    expect(homes()).toEqual(['bobs', 'longnam', 'longname1']);
  });

  it('rejects values, and creates nothing', async () => {
    await create('ann');
    mkdirSync(path('home/old'));
    for (const [what, args, code, reason] of [
      [
        'a domain that is taken',
        { domain: 'Ann.example' },
        'bad_param',
        'The domain “ann.example” already belongs to an account. Choose another domain.',
      ],
      [
        'a package that is not there',
        { plan: 'gold' },
        'not_found',
        'The package “gold” does not exist. Run listpkgs to list the packages.',
      ],
      [
        'an owner who is not there',
        { owner: 'none' },
        'bad_param',
        'Owner does not exist: “none” is not a reseller. Run listresellers to list the resellers.',
      ],
      [
        'a feature list that is not there',
        { featurelist: 'none' },
        'not_found',
        'There is no feature list “none”. Run get_featurelists to list the feature lists.',
      ],
      ['a user id that is taken', { uid: '10001' }, 'bad_param', 'The user ID 10001 already exists.'],
      [
        'a user id beyond those of people',
        { uid: '65534' },
        'bad_param',
        'The parameter “uid” should be a whole number from 1000 to 60000, not “65534”.',
      ],
      ['a home that is there', { homedir: '/home/old' }, 'bad_param', '“/home/old” already exists.'],
      [
        'an address of another machine',
        { customip: '198.51.100.1' },
        'bad_param',
        'This server does not have the address “198.51.100.1”. Its addresses are 192.0.2.1, 192.0.2.2, 192.0.2.3.',
      ],
      [
        'a weak password',
        { password: 'bob.example1' },
        'weak_password',
        expect.stringMatching(
          /^The password is too weak: its strength is \d+ of 100, and this server requires 65\. /,
        ) as string,
      ],
      [
        'a password of too many bytes',
        { password: 'é'.repeat(300) },
        'bad_param',
        'The password should be at most 511 bytes long. Characters outside ASCII take two or more bytes.',
      ],
    ] as [string, Args, string, string][]) {
      await expectRefused('bob', args, code, reason);
      expect([what, await storedAccount(here, 'bob')]).toEqual([what, undefined]);
    }
    expect((await create('bob')).metadata.result).toBe(1);
  });

  it('makes the account its own owner, or assigns it to a reseller', async () => {
    await create('rita', { reseller: '1', ownerself: '1' });
    expect((await callerNamed(here, 'rita')).privileges).toContain('list-pkgs');
    await here.call('setresellernameservers', {
      user: 'rita',
      nameservers: 'ns1.rita.example,ns2.rita.example',
    });
    const { data } = await create('bob', { owner: 'rita' });
    expect(data).toMatchObject({
      nameserver: 'ns1.rita.example',
      nameserver2: 'ns2.rita.example',
      nameserver3: '',
    });
    expect((await storedAccount(here, 'rita'))?.owner).toBe('rita');
    expect((await storedAccount(here, 'bob'))?.owner).toBe('rita');
  });

  test('gives the account nothing that was stored while an earlier user of its name was removed', async () => {
    const bob = { username: 'bob', domain: 'bob.example' };
    const renameOwner = (username: string) =>
      here.engine.store.transaction('changes', async (db) => ({
        value: await db.run('UPDATE account_token SET username = ?', username),
        keep: true,
      }));
    await here.call('createacct', bob);
    await here.uapi('bob', 'Tokens::create_full_access', { name: 'old' });
    // As if another process had stored it after the removal.
    await renameOwner('nobody');
    expect((await here.call('removeacct', { username: 'bob' })).metadata).toMatchObject({ result: 1 });
    await renameOwner('bob');
    await here.call('createacct', bob);
    expect((await here.uapi('bob', 'Tokens::list')).data).toEqual([]);
  });
});

describe('an address', () => {
  it('that is dedicated is a free one, never the main one, and is not shared', async () => {
    expect((await create('bob', { ip: 'y' })).data?.ip).toBe('192.0.2.2');
    expect((await create('carl', { customip: '192.0.2.3' })).data?.ip).toBe('192.0.2.3');
    await expectRefused('dan', { ip: 'y' }, 'limit_reached', 'No dedicated IP address is available.');
    await expectRefused(
      'dan',
      { customip: '192.0.2.2' },
      'bad_param',
      'The address “192.0.2.2” is already the dedicated IP address of an account.',
    );
    for (const customip of ['192.0.2.1', '192.0.2.3']) {
      const reason = `The address “${customip}” is shared, so it cannot be a dedicated IP address.`;
      await expectRefused('dan', { ip: 'y', customip }, 'bad_param', reason);
    }
    await here.call('removeacct', { username: 'carl' });
    expect((await create('dan', { ip: 'y', customip: '192.0.2.3' })).data?.ip).toBe('192.0.2.3');
  });

  it('is one that the owner is allowed to assign', async () => {
    await addReseller([...UNLIMITED, 'add-pkg-ip']);
    await here.call('setresellerips', { user: 'rita', delegate: '1', ips: '192.0.2.3' });
    await here.call('setresellermainip', { user: 'rita', ip: '192.0.2.3' });
    expect((await create('bob', {}, 'rita')).data?.ip).toBe('192.0.2.3');
    const reason = 'The address “192.0.2.2” is not one that you can assign to accounts.';
    await expectRefused('carl', { customip: '192.0.2.2' }, 'denied', reason, 'rita');
    await expectRefused(
      'carl',
      { ip: 'y' },
      'limit_reached',
      'No dedicated IP address is available.',
      'rita',
    );
  });
});

describe('a reseller', () => {
  it('owns the accounts that it creates, and cannot assign them to others', async () => {
    await addReseller(UNLIMITED);
    expect((await create('bob', {}, 'rita')).metadata.result).toBe(1);
    expect((await storedAccount(here, 'bob'))?.owner).toBe('rita');
    for (const [args, code, reason] of [
      [
        { owner: 'root' },
        'denied',
        'You cannot create accounts for “root”: you own the accounts that you create.',
      ],
      [
        { ownerself: '1' },
        'denied',
        'You cannot create accounts for “carl”: you own the accounts that you create.',
      ],
      [{ reseller: '1' }, 'bad_param', 'Only root may make an account a reseller.'],
      [
        { maxaddon: '5' },
        'denied',
        'You do not have the privileges for these settings. “maxaddon=5” requires the privilege “allow-addoncreate”.',
      ],
      [
        { hasshell: '1' },
        'denied',
        'You do not have the privileges for these settings. “hasshell=1” requires the privilege “add-pkg-shell”.',
      ],
    ] as const) {
      await expectRefused('carl', args, code, reason, 'rita');
    }
  });

  it('cannot choose a user ID', async () => {
    await addReseller(UNLIMITED);
    await expectRefused('carl', { uid: '5000' }, 'denied', 'Only root can choose the user ID.', 'rita');
  });

  it('assigns a shell only with the privilege for it, whatever the package contains', async () => {
    await addReseller(UNLIMITED);
    await here.call('addpkg', { name: 'shelly', hasshell: '1' });
    const reason = 'An account with a shell requires the privilege “allow-shell”.';
    await expectRefused('carl', { plan: 'shelly' }, 'denied', reason, 'rita');
    await here.call('grant_reseller_privilege', { user: 'rita', privilege: 'allow-shell' });
    expect((await create('carl', { plan: 'shelly' }, 'rita')).metadata.result).toBe(1);
  });

  it('cannot use a package of root without the privilege for it', async () => {
    await addReseller([]);
    const reason = 'The package “default” does not exist. Run listpkgs to list the packages.';
    await expectRefused('bob', {}, 'not_found', reason, 'rita');
  });

  it('cannot exceed its number of accounts, disk space and bandwidth', async () => {
    const limits = { enable_account_limit: '1', account_limit: '2' };
    const resources = { enable_resource_limits: '1', diskspace_limit: '1000', bandwidth_limit: '2000' };
    await addReseller(UNLIMITED, { ...limits, ...resources });
    const small = { quota: '600', bwlimit: '600' };
    await expectRefused(
      'bob',
      { bwlimit: '10' },
      'limit_reached',
      'Your accounts share a limit of 1000 MiB of disk space, so you cannot set an account to unlimited.',
      'rita',
    );
    await expectRefused(
      'bob',
      { quota: '10' },
      'limit_reached',
      'Your accounts share a limit of 2000 MiB of bandwidth a month, so you cannot set an account to unlimited.',
      'rita',
    );
    expect((await create('bob', small, 'rita')).metadata.result).toBe(1);
    await expectRefused(
      'carl',
      small,
      'limit_reached',
      'You have 1000 MiB of disk space for all accounts together, of which your other accounts have 600 MiB.',
      'rita',
    );
    await expectRefused(
      'carl',
      { quota: '400', bwlimit: '1401' },
      'limit_reached',
      'You have 2000 MiB of bandwidth a month for all accounts together, of which your other accounts have 600 MiB.',
      'rita',
    );
    // From now on, the usage of the others counts, not their limits.
    await here.call('setresellerlimits', { user: 'rita', ...limits, ...resources, enable_overselling: '1' });
    expect((await create('carl', {}, 'rita')).metadata.result).toBe(1);
    await expectRefused('dan', small, 'limit_reached', 'You have reached your limit of accounts: 2.', 'rita');
    expect((await create('dan', { owner: 'rita' })).metadata.result).toBe(1);
  });

  it('can use only its packages, each for a limited number of accounts', async () => {
    await addReseller(UNLIMITED, { enable_package_limits: '1', enable_package_limit_numbers: '1' });
    await here.call('setresellerpackagelimit', { user: 'rita', package: 'starter', number: '1' });
    await expectRefused(
      'bob',
      {},
      'denied',
      'You cannot assign the package “default” to accounts. Root can allow it with setresellerpackagelimit.',
      'rita',
    );
    expect((await create('bob', { plan: 'starter' }, 'rita')).metadata.result).toBe(1);
    await expectRefused(
      'carl',
      { plan: 'starter' },
      'limit_reached',
      'You have reached your limit of accounts with the package “starter”: 1.',
      'rita',
    );
  });
});
