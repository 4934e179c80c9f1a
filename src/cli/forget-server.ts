// whmapi1 --forget-server NAME: forgets a decommissioned server of the shared store and releases its locks.
import { forgetServer } from '../administration/store.ts';
import { ApiError, errorKinds } from '../core/errors.ts';
import { writeStderr, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { UsageError } from './usage-error.ts';

/** @returns the exit status. */
export async function printForgotten(line: CommandLine, name: string, io: Io): Promise<number> {
  if (line.command !== undefined) throw new UsageError('--forget-server requires the name of one server.');
  const show = (label: string, text: string) => io.stdout.write(`${label.padEnd(10)}  ${text}\n`);
  try {
    await forgetServer(io.environment, name, line, ({ accounts, unfinished }) => {
      show('accounts', accounts.length === 0 ? 'none' : `${accounts.length}: ${accounts.join(', ')}`);
      if (unfinished.length === 0) show('unfinished', 'nothing');
      for (const { kind, xid, caller, locks } of unfinished) {
        const kept = locks.length === 0 ? '' : `; locks: ${locks.join(', ')}`;
        show('unfinished', `${kind} of ${caller} (XID ${xid})${kept}`);
      }
    });
    io.stdout.write(
      line.dryRun
        ? `The server “${name}” would be forgotten. Nothing was changed.\n`
        : `The server “${name}” is forgotten.\n`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    writeStderr(io, `whmapi1: ${error.message}\n`);
    return errorKinds[error.code].exit;
  }
}
