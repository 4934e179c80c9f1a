// Tools that some tests need and a fresh machine does not have. A test without its tool is skipped, and one line names
// the Debian package. CI installs all of them, and sets WHMAPI1_TOOLS=required: then a missing tool is a failure.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Each tool, with the Debian package that it is in. */
export const packageOf = {
  apache2: 'apache2-bin',
  'apt-get': 'apt',
  'apt-cache': 'apt',
  'apt-config': 'apt',
  doveconf: 'dovecot-core',
  'bash-completion': 'bash-completion',
  'chromium-headless-shell': 'chromium-headless-shell',
  'clang-19': 'clang-19',
  crontab: 'cron',
  curl: 'curl',
  'debian-distro-info': 'distro-info',
  debootstrap: 'debootstrap',
  delv: 'bind9-dnsutils',
  dig: 'bind9-dnsutils',
  'dnssec-dsfromkey': 'bind9-utils',
  'dpkg-query': 'dpkg',
  'dpkg-scanpackages': 'dpkg-dev',
  fish: 'fish',
  git: 'git',
  ifquery: 'ifupdown',
  lintian: 'lintian',
  ip: 'iproute2',
  libfuzzer: 'libclang-rt-19-dev',
  man: 'man-db',
  mandoc: 'mandoc',
  mariadb: 'mariadb-client',
  'mariadb-dump': 'mariadb-client',
  mariadbd: 'mariadb-server',
  named: 'bind9',
  'named-checkzone': 'bind9-utils',
  'named-compilezone': 'bind9-utils',
  netplan: 'netplan.io',
  nft: 'nftables',
  npm: 'npm',
  oathtool: 'oathtool',
  openssl: 'openssl',
  pebble: 'pebble',
  'pebble-challtestsrv': 'pebble',
  'php-fpm8.4': 'php8.4-fpm',
  'php8.4': 'php8.4-cli',
  pkill: 'procps',
  kill: 'procps',
  postgres: 'postgresql',
  puttygen: 'putty-tools',
  'qemu-system-x86_64': 'qemu-system-x86',
  mke2fs: 'e2fsprogs',
  'python3-dkim': 'python3-dkim',
  pyyaml: 'python3-yaml',
  ss: 'iproute2',
  'ssh-keygen': 'openssh-client',
  'ssh-keyscan': 'openssh-client',
  tmux: 'tmux',
  valgrind: 'valgrind',
  xmllint: 'libxml2-utils',
  zsh: 'zsh',
} as const;

export type Tool = keyof typeof packageOf;

const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];
const warned = new Set<Tool>();

/** @throws if the tool is missing and CI requires all of them. */
export function isMissing(tool: Tool): boolean {
  if (isInstalled(tool)) return false;
  if (process.env.WHMAPI1_TOOLS === 'required') {
    throw new Error(`“${tool}” is missing. Install the Debian package ${packageOf[tool]}.`);
  }
  if (!warned.has(tool)) {
    warned.add(tool);
    process.stderr.write(`skipped: ${tool} is missing (Debian package ${packageOf[tool]})\n`);
  }
  return true;
}

/** A test, skipped if one of the tools is missing; its name then says which. */
export function itWith(
  tools: readonly Tool[],
  name: string,
  test: jest.ProvidesCallback,
  timeoutMs?: number,
): void {
  const missing = tools.filter(isMissing);
  if (missing.length === 0) it(name, test, timeoutMs);
  else it.skip(`${name} (skipped: install ${missing.map((tool) => packageOf[tool]).join(', ')})`, test);
}

/** A suite, skipped if one of the tools is missing; its name then says which. */
export function describeWith(tools: readonly Tool[], name: string, tests: () => void): void {
  const missing = tools.filter(isMissing);
  if (missing.length === 0) describe(name, tests);
  else
    describe.skip(`${name} (skipped: install ${missing.map((tool) => packageOf[tool]).join(', ')})`, tests);
}

function isInstalled(tool: Tool): boolean {
  if (tool === 'pyyaml') return spawnSync('/usr/bin/python3', ['-c', 'import yaml']).status === 0;
  if (tool === 'python3-dkim') return spawnSync('/usr/bin/python3', ['-c', 'import dkim']).status === 0;
  if (tool === 'bash-completion') return isFile('/usr/share/bash-completion/bash_completion', constants.R_OK);
  if (tool === 'libfuzzer')
    return spawnSync('sh', ['-c', 'ls /usr/lib/llvm-19/lib/clang/*/lib/linux/*fuzzer*']).status === 0;
  if (tool === 'postgres')
    return spawnSync('sh', ['-c', 'ls /usr/lib/postgresql/*/bin/postgres']).status === 0;
  const folders = (process.env.PATH ?? '').split(':').concat(SYSTEM_FOLDERS);
  return folders.some((folder) => isFile(join(folder, tool), constants.X_OK));
}

function isFile(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
