// whmapi1 --backup FILE and --restore FILE.
import { resolve } from 'node:path';
import {
  backUpStore,
  locateInstallation,
  restoreStore,
  type Manifest,
} from '../administration/installation.ts';
import { visible } from '../core/quote.ts';
import { writeStderr, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { reportFailure } from './report-failure.ts';

interface BackupCommand {
  readonly withKey: boolean;
  readonly force: boolean;
}

/** @returns the exit status. */
export function backUp(file: string, { withKey, force }: BackupCommand, io: Io): Promise<number> {
  return reporting(io, async () => {
    const { stateDirectory } = locateInstallation(io.environment);
    const { manifest, problems } = await backUpStore(io.environment, file, { withKey, force });
    io.stdout.write(
      `Backup: ${visible(resolve(file))}\n${describe(manifest)}` +
        'It contains the passwords, crontabs and DNS zones of the accounts, encrypted. It does not contain their home ' +
        'directories, the content of their databases, the private keys of signed zones, the templates of zones, the ' +
        'logs or the certificate.\n',
    );
    for (const problem of problems)
      writeStderr(io, `whmapi1: Not everything is in it. ${visible(problem)}\n`);
    if (withKey) {
      writeStderr(
        io,
        'whmapi1: This file contains the key and the secrets that it encrypts: anyone who reads it can generate the codes of ' +
          'every user. Store it as safely as the server itself.\n',
      );
    } else if (manifest.keyId !== undefined) {
      io.stdout.write(
        `The key is not in it. Store a copy of “${stateDirectory}/secret.key” in another place: without it, passwords, two-factor secrets, access hashes and the keys of secondaries cannot be restored.\n`,
      );
    }
  });
}

/** @returns the exit status. */
export function restore(file: string, force: boolean, line: CommandLine, io: Io): Promise<number> {
  return reporting(io, async () => {
    const { dryRun } = line;
    const { manifest, kept, dropped, hasKey } = await restoreStore(io.environment, file, { force, dryRun });
    io.stdout.write(
      `${dryRun ? 'The backup is sound, and would be restored' : 'Restored'}: ${visible(resolve(file))}\n${describe(manifest)}`,
    );
    for (const path of kept) io.stdout.write(`The old store is kept: ${path}\n`);
    if (dropped > 0) {
      io.stdout.write(
        `Operations that were in progress at the time of the backup are not resumed (${dropped}). Run whmapi1 --doctor to find what they left.\n`,
      );
    }
    if (dryRun) io.stdout.write('Nothing was changed.\n');
    else {
      io.stdout.write(
        'Everybody is logged out. API tokens are those of the backup: revoke any that must not work. ' +
          'On a new server, copy the home directories back, and activate the profile (whmapi1 --doctor has the ' +
          'command). Then create the users, zones and websites again: whmapi1 --rebuild\n',
      );
    }
    if (!hasKey) {
      writeStderr(
        io,
        'whmapi1: The secrets in this backup were encrypted with another key than the one here. Copy the secret.key of ' +
          'that time to the state directory (mode 600); until then, calls that need the secrets fail with key_lost.\n',
      );
    }
  });
}

function describe({ time, version, schema, server, store, tables }: Manifest): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const accounts = tables.find(({ table }) => table === 'account')?.rows ?? 0;
  const kind = store === 'postgres' ? 'a store that several servers share' : 'the store of this server';
  return (
    `  made     ${time} on ${visible(server)} by whmapi1 ${visible(version)} (schema ${schema})\n` +
    `  holds    ${kind}: ${accounts} account${accounts === 1 ? '' : 's'}, ${rows} rows in ${tables.length} tables\n` +
    `  checked  the integrity of the file, and the digest of each table\n`
  );
}

async function reporting(io: Io, work: () => Promise<void>): Promise<number> {
  try {
    await work();
    return 0;
  } catch (error) {
    return reportFailure(error, io);
  }
}
