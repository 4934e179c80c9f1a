// Roots of a minimal Debian, made once with debootstrap and apt-get and kept: tests work on throw-away copies of them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SUITE = 'trixie';
const MIRROR = process.env.WHMAPI1_TEST_MIRROR ?? 'http://deb.debian.org/debian';
/** CI can keep this directory between runs. */
const CACHE = process.env.WHMAPI1_TEST_ROOTS ?? join(tmpdir(), 'whmapi1-test-roots');

/** What a root needs to be booted by `bootMachine`. */
export const bootable = ['systemd', 'systemd-sysv', 'dbus', 'iproute2', 'procps'];

/**
 * @param packages that are installed in it beside the essential ones, without those that they only recommend. None of
 * their daemons starts while they are installed.
 * @returns its directory. Nobody writes to it any more.
 */
export function debianRoot(packages: readonly string[]): string {
  const key = createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 12);
  const root = join(CACHE, packages.length === 0 ? SUITE : `${SUITE}-${key}`);
  if (existsSync(root)) return root;
  mkdirSync(CACHE, { recursive: true, mode: 0o755 });
  // A name of its own: an interrupted or a second run does not disturb this one.
  const draft = `${root}.${process.pid}`;
  try {
    if (packages.length === 0) must('debootstrap', ['--variant=minbase', SUITE, draft, MIRROR]);
    else install(draft, packages);
    renameSync(draft, root);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return root;
}

function install(root: string, packages: readonly string[]): void {
  must('cp', ['-a', '--reflink=auto', debianRoot([]), root]);
  const policy = join(root, 'usr/sbin/policy-rc.d');
  const presets = join(root, 'etc/systemd/system-preset');
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  mkdirSync(presets, { recursive: true });
  writeFileSync(join(presets, '00-none.preset'), 'disable *\n');
  copyFileSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  const script = 'mount -t proc proc /proc && exec apt-get install -y -q --no-install-recommends "$@"';
  const inRoot = ['--mount', '--pid', '--fork', '--kill-child', 'chroot', root, 'sh', '-c', script, 'sh'];
  must('unshare', [...inRoot, ...packages]);
  // What a test installs later is enabled and started as everywhere.
  rmSync(policy);
  rmSync(presets, { recursive: true });
}

function must(program: string, words: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(program, words, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`${program} ended with ${status}:\n${stdout.slice(-4000)}\n${stderr}`);
}
