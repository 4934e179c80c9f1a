// fetch_security_advice: each check finds something, and finds nothing.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { createServer } from 'node:tls';
import { generate } from 'selfsigned';
import { filtersInput } from '../../src/capabilities/logins/checks/firewall.ts';
import { waitingUpdates } from '../../src/capabilities/software/checks/package-updates.ts';
import { sshFindings } from '../../src/capabilities/ssh/checks/ssh-server.ts';
import { describeOnMachine } from '../machine-port/throw-away-machine.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { writeInstalled, writeRepositories } from '../support/apt-tree.ts';
import { Installation, reseller } from '../support/installation.ts';
import { itWith } from '../support/require-tool.ts';

let here: Installation;
let root: string;
beforeEach(() => {
  here = new Installation();
  root = join(here.state, 'root');
});
afterEach(() => here.remove());

interface Advice {
  readonly module: string;
  readonly type: string;
  readonly advice: {
    readonly key: string;
    readonly type: string;
    readonly summary: string;
    readonly suggestion: string | null;
  };
}

async function fetch(): Promise<Advice[]> {
  const { data } = await here.call('fetch_security_advice');
  return (data as unknown as { payload: Advice[] }).payload;
}

/** The findings of a check. */
async function adviceOf(module: string): Promise<Advice['advice'][]> {
  return (await fetch())
    .filter((one) => one.module === `Cpanel::Security::Advisor::Assessors::${module}`)
    .map(({ advice }) => advice);
}

const keysOf = async (module: string) => (await adviceOf(module)).map(({ key }) => key);

function write(path: string, text = ''): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe('fetch_security_advice', () => {
  it('returns a finding of each check, in the form of WHM', async () => {
    const advice = await fetch();
    expect([...new Set(advice.map(({ module }) => module.split('::').at(-1)))]).toEqual([
      ...[
        'StateDirectory',
        'Script_hooks',
        'Certificate',
        'DNS_hook',
        'Kernel',
        'Apache',
        'DNS',
        'Program',
        'SSH',
        'Permissions',
        'OutdatedPackages',
      ],
      ...['AutomaticUpdates', 'TwoFactorAuth', 'Passwords', 'Firewall', 'TLS'],
    ]);
    for (const { type, advice: one } of advice) {
      expect(type).toBe('mod_advice');
      expect(one.type).toMatch(/^ADVISE_(?:GOOD|INFO|WARN|BAD)$/);
      expect(one.key).toMatch(/^[A-Z]\w+$/);
      expect(one.summary).toMatch(/^[\p{Lu}“].*\.$/u);
    }
  });

  it('is for root', async () => {
    const { metadata } = await here.call('fetch_security_advice', {}, { as: reseller('rita') });
    expect(metadata.error_code).toBe('denied');
  });

  it('can be filtered like every list', async () => {
    const filter = { 'api.filter.enable': 1, 'api.filter.a.field': 'module', 'api.filter.a.arg0': '::SSH' };
    const { data } = await here.call('fetch_security_advice', filter);
    expect((data as unknown as { payload: Advice[] }).payload).toHaveLength(1);
  });
});

describe('SSH', () => {
  const safe = [
    ...['permitrootlogin without-password', 'passwordauthentication no', 'kbdinteractiveauthentication no'],
    ...['permitemptypasswords no', 'ciphers chacha20-poly1305@openssh.com,aes256-ctr'],
    ...['macs hmac-sha2-512', 'kexalgorithms curve25519-sha256,diffie-hellman-group14-sha256'],
  ];
  const keysWith = (...lines: string[]) =>
    sshFindings([...lines, ...safe].reverse().join('\n')).map(({ key }) => key);

  it('has nothing to say without a server, or about a safe one', async () => {
    expect(await keysOf('SSH')).toEqual(['SSH_not_installed']);
    expect(keysWith()).toEqual(['SSH_is_configured_safely']);
  });

  it('finds passwords, root’s above all', () => {
    expect(keysWith('passwordauthentication yes')).toEqual(['SSH_password_authentication_enabled']);
    expect(keysWith('passwordauthentication yes', 'permitrootlogin yes')).toEqual([
      ...['SSH_direct_root_login_permitted', 'SSH_password_authentication_enabled'],
    ]);
    expect(keysWith('kbdinteractiveauthentication yes', 'permitrootlogin yes')).toEqual([
      'SSH_direct_root_login_permitted',
    ]);
    // Root can then log in with a key only.
    expect(keysWith('permitrootlogin yes')).toEqual(['SSH_is_configured_safely']);
    expect(keysWith('permitemptypasswords yes')).toEqual(['SSH_empty_passwords_permitted']);
  });

  it('names outdated algorithms', () => {
    const [finding] = sshFindings(`${safe.join('\n')}\nciphers aes256-ctr,3des-cbc\nmacs hmac-md5`);
    expect(finding).toMatchObject({ key: 'SSH_outdated_algorithms', severity: 'warning' });
    expect(finding?.message).toContain('3des-cbc, hmac-md5');
  });
});

describe('Permissions', () => {
  it('finds files that every user can change, and readable password hashes', async () => {
    expect(await keysOf('Permissions')).toEqual(['Permissions_ok']);
    const file = write('etc/cron.d/job');
    chmodSync(file, 0o666);
    chmodSync(write('etc/shadow'), 0o644);
    const [writable, shadow] = await adviceOf('Permissions');
    expect(writable).toEqual({
      key: 'Permissions_world_writable',
      type: 'ADVISE_BAD',
      summary: `Every user can change “${file}”.`,
      suggestion: `chmod o-w ${file}`,
    });
    expect(shadow).toMatchObject({ key: 'Permissions_shadow', suggestion: 'chmod o= /etc/shadow' });
    chmodSync(file, 0o664);
    chmodSync(join(root, 'etc/shadow'), 0o640);
    expect(await keysOf('Permissions')).toEqual(['Permissions_ok']);
  });

  it('accepts directories with the sticky bit, and follows no links', async () => {
    chmodSync(dirname(write('usr/local/bin/shared/file')), 0o1777);
    expect(await keysOf('Permissions')).toEqual(['Permissions_ok']);
    chmodSync(join(root, 'usr/local/bin/shared'), 0o777);
    expect(await keysOf('Permissions')).toEqual(['Permissions_world_writable']);
  });
});

describe('OutdatedPackages', () => {
  const update = (time: number) => {
    const updated = new Date(time);
    utimesSync(join(root, 'var/lib/apt/lists/partial'), updated, updated);
  };

  itWith(['apt-get'], 'finds security updates, other updates and old package lists', async () => {
    writeRepositories(root, [
      { suite: 'trixie', origin: 'Debian', packages: { bash: ['5.3'], 'ca-certificates': ['2'] } },
      { suite: 'trixie-security', origin: 'Debian', packages: { openssl: ['3.6'] } },
    ]);
    writeInstalled(root, { bash: '5.2', openssl: '3.5', 'ca-certificates': '2' });
    update(Date.now() - 8 * 86_400_000);
    const advice = await adviceOf('OutdatedPackages');
    expect(advice.map(({ key }) => key)).toEqual([
      ...[
        'OutdatedPackages_lists_are_old',
        'OutdatedPackages_security_updates',
        'OutdatedPackages_other_updates',
      ],
    ]);
    expect(advice.map(({ summary }) => summary)).toEqual([
      'The package lists are 8 days old, so there may be more updates than they show.',
      'Security updates are waiting for “openssl”.',
      'Other updates are waiting for “bash”.',
    ]);
    update(Date.now());
    writeInstalled(root, { bash: '5.3', openssl: '3.6', 'ca-certificates': '2' });
    expect(await keysOf('OutdatedPackages')).toEqual(['OutdatedPackages_none']);
  });

  it('reads the sources of each package, and ignores new packages', () => {
    const text = [
      'Inst libc6 [2.41-12] (2.41-12+deb13u1 Debian:13.8/stable, Debian-Security:13/stable-security [amd64]) []',
      'Inst tzdata [2025a] (2025b Debian:13.8/stable-updates [all])',
      'Inst new-dependency (1.0 Debian:13.8/stable [amd64])',
      'Conf libc6 (2.41-12+deb13u1 Debian-Security:13/stable-security [amd64])',
    ].join('\n');
    expect(waitingUpdates(text)).toEqual({ security: ['libc6'], others: ['tzdata'] });
  });
});

test('AutomaticUpdates', async () => {
  const [advice] = await adviceOf('AutomaticUpdates');
  expect(advice).toMatchObject({
    ...{ key: 'AutomaticUpdates_off', type: 'ADVISE_WARN' },
    suggestion: 'whmapi1 update_updateconf SECURITY_UPDATES=daily',
  });
  await here.call('update_updateconf', { SECURITY_UPDATES: 'daily' });
  expect(await keysOf('AutomaticUpdates')).toEqual(['AutomaticUpdates_on']);
});

test('Kernel', async () => {
  expect(await keysOf('Kernel')).toEqual(['Kernel_is_current']);
  write('run/reboot-required');
  write('run/reboot-required.pkgs', 'dbus\n');
  expect(await adviceOf('Kernel')).toEqual([
    {
      ...{ key: 'Kernel_packages_wait_for_reboot', type: 'ADVISE_WARN', suggestion: 'systemctl reboot' },
      summary: 'Upgraded packages need a restart of the server: “dbus”.',
    },
  ]);
});

test('TwoFactorAuth', async () => {
  // The store does not exist yet.
  expect(await keysOf('TwoFactorAuth')).toEqual([
    'TwoFactorAuth_disabled',
    'TwoFactorAuth_root_not_enrolled',
  ]);
  await addAccounts(here, anAccount({ username: 'rita' }));
  await here.call('setupreseller', { user: 'rita' });
  expect(await keysOf('TwoFactorAuth')).toEqual([
    ...['TwoFactorAuth_disabled', 'TwoFactorAuth_root_not_enrolled', 'TwoFactorAuth_resellers_not_enrolled'],
  ]);
  await here.call('twofactorauth_enable_policy');
  for (const user of ['root', 'rita']) {
    await here.engine.store.transaction('changes', async (db) => {
      await db.run(
        `INSERT INTO tfa_secret (username, kind, name, sealed, created_at) VALUES (?, 'primary_account', '', ?, 0)`,
        ...[user, new Uint8Array(1)],
      );
      return { value: undefined, keep: true };
    });
  }
  expect(await keysOf('TwoFactorAuth')).toEqual(['TwoFactorAuth_enabled']);
});

test('Passwords', async () => {
  await here.call('enable_cphulk');
  expect(await keysOf('Passwords')).toEqual(['Passwords_strong']);
  await here.call('setminimumpasswordstrengths', { passwd: 10 });
  await here.call('disable_cphulk');
  const advice = await adviceOf('Passwords');
  expect(advice.map(({ key }) => key)).toEqual([
    ...['Passwords_strength_of_passwd', 'Brute_protection_not_enabled'],
  ]);
  expect(advice[0]?.suggestion).toBe('whmapi1 setminimumpasswordstrengths passwd=65');
});

describe('Firewall', () => {
  it('is not checked in a sandbox', async () => {
    expect(await adviceOf('Firewall')).toMatchObject([{ key: 'Firewall_not_checked', type: 'ADVISE_INFO' }]);
  });

  describeOnMachine('the rules of nft', () => {
    /** As nft prints the rules, in a network of its own. */
    function rulesetOf(rules: string): string {
      const script = 'nft --file - && nft --json list ruleset';
      const { stdout, stderr } = spawnSync('unshare', ['--net', 'sh', '-c', script], {
        input: rules,
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      return stdout;
    }

    const chain = (table: string, policy: string, rule = '') =>
      `table inet ${table} { chain input { type filter hook input priority 0; policy ${policy}; ${rule}\n}\n}`;

    it.each([
      [false, ''],
      [false, chain('filter', 'accept', 'tcp dport 22 accept')],
      [false, chain('whmapi1', 'accept', 'ip saddr 192.0.2.1 drop')],
      [true, chain('filter', 'drop')],
      [true, chain('filter', 'accept', 'tcp dport 3306 reject')],
      [
        true,
        'table ip f {\nchain deny { drop\n}\nchain input { type filter hook input priority 0; jump deny\n}\n}',
      ],
      [false, 'table ip f {\nchain forward { type filter hook forward priority 0; policy drop;\n}\n}'],
    ])('filter incoming connections: %p for %j', (expected, rules) => {
      expect(filtersInput(rulesetOf(rules))).toBe(expected);
    });
  });
});

describe('TLS', () => {
  const announce = (address: string) => {
    const server = {
      role: 'whmapi1d',
      process: here.engine.processes.own(),
      addresses: [address],
      since: '',
    };
    writeFileSync(join(here.state, 'running-1.json'), JSON.stringify(server));
  };

  it('is not checked while the server is stopped', async () => {
    expect(await keysOf('TLS')).toEqual(['TLS_not_checked']);
  });

  it('finds a server without TLS that others can reach', async () => {
    announce('http://192.0.2.1:2086');
    expect(await adviceOf('TLS')).toMatchObject([{ key: 'TLS_off', type: 'ADVISE_BAD' }]);
    announce('http://127.0.0.1:2086');
    expect(await keysOf('TLS')).toEqual(['TLS_local']);
  });

  it.each([
    ['TLSv1', 'TLS_outdated'],
    ['TLSv1.2', 'TLS_current'],
  ] as const)('finds outdated versions: %s', async (minVersion, key) => {
    const { cert, private: secret } = await generate([{ name: 'commonName', value: 'localhost' }]);
    const server = createServer({ cert, key: secret, minVersion, ciphers: 'DEFAULT@SECLEVEL=0' }, (socket) =>
      socket.end(),
    );
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    announce(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(await keysOf('TLS')).toEqual([key]);
    await new Promise((resolve) => server.close(resolve));
  });
});

test('StateDirectory', async () => {
  await here.call('version');
  expect((await adviceOf('StateDirectory')).map(({ type }) => type)).toEqual(['ADVISE_GOOD']);
  const copy = join(here.state, 'copy of the key');
  writeFileSync(copy, '');
  chmodSync(copy, 0o644);
  expect(await adviceOf('StateDirectory')).toMatchObject([
    { key: 'StateDirectory_problem', type: 'ADVISE_BAD', suggestion: `chmod 600 '${copy}'` },
  ]);
});
