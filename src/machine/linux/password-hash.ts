// Hashes new passwords before the users of the machine are locked, as PAM would do it under the lock. The hash takes
// most of the time of chpasswd(8).
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { encode } from '../crypt-digits.ts';
import type { Run } from './run.ts';

/** yescrypt at the cost 5, the default of libcrypt and pam_unix: N = 4096, r = 32 (crypt(5)). */
const SETTING = '$y$j9T$';
const SALT_BYTES = 16;
const DIGEST = /^[./0-9A-Za-z]{43}$/;
/** crypt(3). Every Debian has perl-base. The passwords are the lines of standard input, because all users can read arguments. */
const SCRIPT =
  'binmode STDIN; for (@ARGV) { chomp(my $password = <STDIN>); print crypt($password, $_), "\\n" }';

const LOGIN_DEFS = '/etc/login.defs';
/** The rules of Debian, until somebody adds one. */
const RULES = {
  '/etc/pam.d/chpasswd': ['@include common-password'],
  '/etc/pam.d/common-password': [
    'password [success=1 default=ignore] pam_unix.so obscure yescrypt',
    'password requisite pam_deny.so',
    'password required pam_permit.so',
  ],
};

/**
 * Returns the hash of each password by the rules of this machine. Undefined if PAM has to make it, because this machine
 * has other rules than Debian, or the tool cannot run. Never fails.
 */
export async function hashAsPam(
  run: Run,
  passwords: readonly string[],
): Promise<readonly (string | undefined)[]> {
  try {
    if (!(await hasRulesOfDebian())) return passwords.map(() => undefined);
    const settings = passwords.map(() => `${SETTING}${encode(randomBytes(SALT_BYTES))}$`);
    const input = passwords.map((password) => `${password}\n`).join('');
    const hashes = (await run('perl', ['-e', SCRIPT, ...settings], { input })).stdout.split('\n');
    return settings.map((setting, at) => {
      const hash = hashes[at] ?? '';
      return hash.startsWith(setting) && DIGEST.test(hash.slice(setting.length)) ? hash : undefined;
    });
  } catch {
    // PAM reports what is wrong.
    return passwords.map(() => undefined);
  }
}

/** True if PAM accepts every password that root sets, and does nothing but store its hash at the default cost. */
async function hasRulesOfDebian(): Promise<boolean> {
  for (const [path, rules] of Object.entries(RULES)) {
    if ((await linesOf(path)).join('\n') !== rules.join('\n')) return false;
  }
  return !(await linesOf(LOGIN_DEFS)).some((line) => line.startsWith('YESCRYPT_COST_FACTOR'));
}

/** Without comments and empty lines, and with single spaces. */
async function linesOf(path: string): Promise<string[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  return lines
    .map((line) => line.replace(/#.*/, '').trim().split(/\s+/).join(' '))
    .filter((line) => line !== '');
}
