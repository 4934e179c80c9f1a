// Verifies passwords of mailboxes, whose hashes are in a file that the account can change. The hash is computed by
// crypt(3), not by root, and only with settings that need little time and memory.
import { timingSafeEqual } from 'node:crypto';
import { isCryptHash } from '../core/crypt-forms.ts';
import { isPassword } from '../core/machine-values.ts';
import type { Run, RunOptions } from './linux/run.ts';

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
  if (!isPassword(password) || !isCryptHash(hash)) return false;
  const input = `${hash}\n${password}\n`;
  const { stdout } = await run('perl', ['-e', SCRIPT], {
    ...{ input, limitMs: LIMIT_MS },
    ...(as === undefined ? {} : { as }),
  });
  const [found, stored] = [Buffer.from(stdout), Buffer.from(hash)];
  return found.length === stored.length && timingSafeEqual(found, stored);
}
