// Verifies passwords of mailboxes, whose hashes are in a file that the account can change. The hash is computed by
// crypt(3), not by root, and only with settings that need little time and memory.
import { timingSafeEqual } from 'node:crypto';
import { isPassword } from '../core/machine-values.ts';
import type { Run, RunOptions } from './linux/run.ts';

const DIGIT = '[./0-9A-Za-z]';
const SUPPORTED = [
  // MD5, SHA-256 and SHA-512 of crypt(5)
  `\\$1\\$${DIGIT}{1,8}\\$${DIGIT}{22}`,
  `\\$5\\$(rounds=\\d{4,6}\\$)?${DIGIT}{1,16}\\$${DIGIT}{43}`,
  `\\$6\\$(rounds=\\d{4,6}\\$)?${DIGIT}{1,16}\\$${DIGIT}{86}`,
  // bcrypt up to the cost 13
  `\\$2[aby]\\$(0[4-9]|1[0-3])\\$${DIGIT}{53}`,
  // yescrypt, up to twice the memory of the default
  `\\$y\\$j[./0-9A]T\\$${DIGIT}{1,86}\\$${DIGIT}{43}`,
];
const HASH = new RegExp(`^(?:${SUPPORTED.join('|')})$`);
/** Every Debian has perl-base. The hash and the password are on standard input, because all users can read arguments. */
const SCRIPT =
  'binmode STDIN; chomp(my $hash = <STDIN>); chomp(my $password = <STDIN>); ' +
  'my $found = crypt($password, $hash); print defined $found ? $found : ""';
const LIMIT_MS = 5000;

/** False also for a hash that is locked, or of another kind. @throws MachineError `failed` if perl cannot run. */
export async function verifyHash(
  run: Run,
  hash: string,
  password: string,
  as?: RunOptions['as'],
): Promise<boolean> {
  if (!isPassword(password) || !HASH.test(hash)) return false;
  const input = `${hash}\n${password}\n`;
  const { stdout } = await run('perl', ['-e', SCRIPT], {
    ...{ input, limitMs: LIMIT_MS },
    ...(as === undefined ? {} : { as }),
  });
  const [found, stored] = [Buffer.from(stdout), Buffer.from(hash)];
  return found.length === stored.length && timingSafeEqual(found, stored);
}
