// whmapi1 --export-databases USER DIRECTORY and --import-databases USER DIRECTORY.
import { resolve } from 'node:path';
import { ApiError } from '../core/errors.ts';
import { exitStatusOf } from '../core/exit-status.ts';
import { visible } from '../core/quote.ts';
import { administerDatabases as administer } from '../administration/databases.ts';
import type { AdministrationOptions } from './administration-options.ts';
import { writeStderr, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { reportFailure } from './report-failure.ts';
import { UsageError } from './usage-error.ts';

/** @returns the exit status. @throws UsageError */
export async function administerDatabases(
  { command: directory, words, user: caller, dryRun }: CommandLine,
  { exportDatabases, importDatabases, outputIsGiven }: AdministrationOptions,
  io: Io,
): Promise<number> {
  const command = exportDatabases === undefined ? '--import-databases' : '--export-databases';
  const user = exportDatabases ?? importDatabases ?? '';
  if (directory === undefined || words.length > 0) {
    throw new UsageError(`${command} needs an account and a directory: ${command} bob /root/bob`);
  }
  if (caller !== undefined) throw new UsageError(`${command} is for root, so --user does not go with it.`);
  if (outputIsGiven) throw new UsageError(`${command} prints text only, so --output does not go with it.`);
  try {
    const given = { user, directory: resolve(directory), dryRun };
    const envelope = await administer(io.environment, command, given);
    const { result, reason, output } = envelope.metadata;
    for (const warning of output?.warnings ?? []) writeStderr(io, `whmapi1: ${visible(warning)}\n`);
    for (const message of output?.messages ?? []) io.stdout.write(`${visible(message)}\n`);
    if (result !== 1) writeStderr(io, `whmapi1: ${visible(reason)}\n`);
    else if (dryRun) io.stdout.write('Nothing was changed.\n');
    return exitStatusOf(envelope);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return reportFailure(error, io);
  }
}
