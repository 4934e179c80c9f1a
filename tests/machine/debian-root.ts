// Root file systems of a minimal Debian. They are created once with debootstrap and apt-get, and kept. Tests use
// throw-away copies of them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extensionPackages } from '../../src/capabilities/php/driver/extensions.ts';

const SUITE = 'trixie';
const MIRROR = process.env.WHMAPI1_TEST_MIRROR ?? 'http://deb.debian.org/debian';
/** CI can keep this directory between runs. */
const CACHE = process.env.WHMAPI1_TEST_ROOTS ?? join(tmpdir(), 'whmapi1-test-roots');

/** The packages that `bootMachine` needs, that the Debian package depends on or recommends, and the tests’ tools. */
const INSTALLED = [
  ...['systemd', 'systemd-sysv', 'dbus', 'iproute2', 'procps'],
  ...['nodejs', 'cron', 'nftables', 'quota'],
  ...['bash-completion', 'zsh', 'fish', 'man-db', 'curl', 'bind9-dnsutils'],
];
/** Packages that a suite can install inside, where there is no network. */
const INSTALLABLE = [
  'bind9',
  'bind9-utils',
  'netplan.io',
  'openssh-server',
  'openssh-client',
  'putty-tools',
  'sudo',
  'dovecot-core',
  'dovecot-imapd',
  'dovecot-pop3d',
  ...['exim4-daemon-heavy', 'dovecot-lmtpd', 'dovecot-sieve', 'dovecot-managesieved', 'dovecot-sqlite'],
  ...[
    'spamd',
    'publicsuffix',
    'location',
    'libloc-database',
    'mailman3',
    'proftpd-core',
    'proftpd-mod-crypto',
    'roundcube-core',
    'roundcube-sqlite3',
  ],
  ...['apache2', 'apache2-suexec-custom', 'ssl-cert', 'logrotate'],
  ...['php-fpm', 'php-cli', 'php-cgi', 'pebble'],
  ...extensionPackages,
  ...['mariadb-server', 'postgresql'],
];
/** One that the mail server of the list above takes the place of. */
const ALTERNATIVES = ['dma'];
/** The only repository that apt has in a machine, by its path inside. */
export const REPOSITORY = '/srv/packages';

/**
 * The root file system that all suites boot copies of, with the packages of the lists above.
 * @returns its directory, which no longer changes.
 */
export function machineRoot(): string {
  return made(`machine-${digest([...INSTALLED, '', ...INSTALLABLE, '', ...ALTERNATIVES])}`, (draft) => {
    install(draft, INSTALLED);
    addRepository(draft);
  });
}

/**
 * @param packages that are installed in addition to the essential ones, without those that they only recommend. None of
 * their daemons starts while they are installed.
 * @returns its directory, which no longer changes.
 */
export function debianRoot(packages: readonly string[]): string {
  return made(digest(packages), (draft) => install(draft, packages));
}

function digest(packages: readonly string[]): string {
  return createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 12);
}

/** An interrupted or a second run does not disturb this one, because each works on its own draft. */
function made(name: string, make: (draft: string) => void): string {
  const root = join(CACHE, `${SUITE}-${name}`);
  if (existsSync(root)) return root;
  mkdirSync(CACHE, { recursive: true, mode: 0o755 });
  const draft = `${root}.${process.pid}`;
  try {
    make(draft);
    if (!existsSync(root)) renameSync(draft, root);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return root;
}

function install(root: string, packages: readonly string[]): void {
  const minimal = made('minimal', (draft) =>
    must('debootstrap', ['--variant=minbase', SUITE, draft, MIRROR]),
  );
  must('cp', ['-a', '--reflink=auto', minimal, root]);
  const policy = join(root, 'usr/sbin/policy-rc.d');
  const presets = join(root, 'etc/systemd/system-preset');
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  mkdirSync(presets, { recursive: true });
  writeFileSync(join(presets, '00-none.preset'), 'disable *\n');
  copyFileSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  inRoot(root, 'apt-get install -y -q --no-install-recommends "$@"', packages);
  // Services that a test installs later are enabled and started as usual.
  rmSync(policy);
  rmSync(presets, { recursive: true });
}

/** Puts the installable packages, and their dependencies that are not installed, into a repository of files. */
function addRepository(root: string): void {
  inRoot(root, 'apt-get clean', []);
  for (const packages of [INSTALLABLE, ALTERNATIVES])
    inRoot(root, 'apt-get install -y -q --no-install-recommends --download-only "$@"', packages);
  const archives = join(root, 'var/cache/apt/archives');
  const repository = join(root, REPOSITORY);
  mkdirSync(repository, { mode: 0o755 });
  for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    renameSync(join(archives, file), join(repository, file));
  }
  const index = must('dpkg-scanpackages', ['--multiversion', '.'], repository);
  writeFileSync(join(repository, 'Packages'), index, { mode: 0o644 });
  const apt = join(root, 'etc/apt');
  rmSync(join(apt, 'sources.list'), { force: true });
  for (const file of readdirSync(join(apt, 'sources.list.d'))) rmSync(join(apt, 'sources.list.d', file));
  writeFileSync(
    join(apt, 'sources.list.d/packages.sources'),
    `Types: deb\nURIs: file:${REPOSITORY}\nSuites: ./\nTrusted: yes\n`,
  );
  inRoot(root, 'rm -r /var/lib/apt/lists && apt-get -q update', []);
}

/** Runs a script with this root as /, and with this machine’s network. */
function inRoot(root: string, script: string, words: readonly string[]): void {
  const own = ['--mount', '--pid', '--fork', '--kill-child'];
  const inside = ['chroot', root, 'sh', '-c', `mount -t proc proc /proc && ${script}`, 'sh', ...words];
  must('unshare', [...own, ...inside]);
}

/** @returns its standard output. @throws if it fails. */
function must(program: string, words: readonly string[], cwd = '/'): string {
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`${program} ended with ${status}:\n${stdout.slice(-4000)}\n${stderr}`);
  return stdout;
}
