// What Dovecot would do with a message by a Sieve script: what sieve-test(1) says, which delivers nothing. It runs with the
// rights of the account’s user.
import { PRIVATE_FILE, SECOND_PRIVATE_FILE } from '../../../../core/machine-daemons.ts';
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { userNotFound } from '../../../../core/machine-values.ts';

export interface Filtered {
  readonly script: string;
  readonly message: string;
  /** The mailbox that gets the message. */
  readonly recipient: string;
}

const LIMIT_MS = 10_000;
/** The script has no folder in which the tool could keep a compiled copy of it. */
const OF_SCRIPT = /^.*\.svbin.*$\n?/gm;

/** @throws MachineError `failed`, `invalid`. */
export async function lookAtFiltered(
  machine: Pick<Machine, 'services' | 'tools' | 'users'>,
  username: string,
  { script, message, recipient }: Filtered,
): Promise<string> {
  if (!(await machine.services()).isSupported)
    throw new MachineError('failed', 'A sandbox runs no Dovecot, which would filter the message.');
  const user = await (await machine.users()).find(username);
  if (user === undefined) throw userNotFound(username);
  const tools = await machine.tools([{ name: 'sieve-test' }]);
  const words = ['-t', '-', '-T', 'level=matching', '-a', recipient, '-r', recipient];
  const { status, stdout, stderr } = await tools.run(
    'sieve-test',
    [...words, PRIVATE_FILE, SECOND_PRIVATE_FILE],
    {
      as: { uid: user.uid, gid: user.gid },
      privateFile: [script, message],
      accept: [0, 1],
      limitMs: LIMIT_MS,
    },
  );
  if (status === 0) return stdout.trim();
  throw new MachineError('failed', `sieve-test: ${stderr.replaceAll(OF_SCRIPT, '').trim()}`);
}
