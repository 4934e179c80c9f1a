// Hashes the password of a mailbox by crypt(3), with the function that Debian uses for its users.
import type { DeclaredTool } from '../../../core/machine-daemons.ts';
import { MachineError } from '../../../core/machine-error.ts';
import type { DriverMachine } from '../../../ground/driver/step.ts';

/** Every Debian has perl-base. The password is on standard input, because all users can read arguments. */
const tools: readonly DeclaredTool[] = [{ name: 'perl', worksInSandbox: true }];
const SCRIPT = 'binmode STDIN; chomp(my $password = <STDIN>); print crypt($password, $ARGV[0])';
/** yescrypt at Debian’s default cost (crypt(5)). */
const SETTING = '$y$j9T$';
/** 20 characters, each of them 6 bits. */
const SALT_BYTES = 15;
const HASH = /^\$y\$j9T\$[./0-9A-Za-z]{20}\$[./0-9A-Za-z]{43}$/;

/** @throws MachineError `failed` if perl cannot run. */
export async function hashPassword(
  machine: DriverMachine,
  randomBytes: (size: number) => Promise<Uint8Array>,
  password: string,
): Promise<string> {
  const salt = Buffer.from(await randomBytes(SALT_BYTES))
    .toString('base64')
    .replaceAll('+', '.');
  const found = await machine.tools(tools);
  const { stdout } = await found.run('perl', ['-e', SCRIPT, `${SETTING}${salt}$`], {
    input: `${password}\n`,
  });
  if (!HASH.test(stdout)) throw new MachineError('failed', 'The password could not be hashed by crypt(3).');
  return stdout;
}
