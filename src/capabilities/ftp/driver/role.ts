// The role FTP: ProFTPD with a configuration of ours, and files with the logins and quotas of accounts.
import type { Db } from '../../../core/context.ts';
import { assertNone, eachAccount } from '../../../ground/driver/each-account.ts';
import type { RoleDriver, RoleWork } from '../../../ground/driver/role.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { listUsernames } from '../../accounts/rules/in-work.ts';
import { anonymousOf } from '../rules/anonymous.ts';
import { loginsOf, ROLE, settingsOf } from '../rules/ftp-accounts.ts';
import { followOwnCertificate } from '../../certificates/driver/service-certificates/daemon-files.ts';
import { prepareGuard, readTables } from './guard/tables.ts';
import { putLogins, writeLogins, type WantedLogins } from './logins.ts';
import { anonymousStep, type Anonymous } from './proftpd/anonymous.ts';
import { configurationStep, portOf, problemsOf } from './proftpd/configuration.ts';
import { NO_TALLIES } from './proftpd/limits.ts';
import {
  certificateFile,
  CERTIFICATE,
  DIRECTORIES,
  REFUSED_HOSTS,
  secret,
  TALLIES,
  UNIT,
} from './proftpd/places.ts';

export const role: RoleDriver = {
  role: ROLE,
  packages: ['proftpd-core', 'proftpd-mod-crypto'],
  rivals: ['pure-ftpd', 'pure-ftpd-ldap', 'pure-ftpd-mysql', 'pure-ftpd-postgresql', 'vsftpd', 'ftpd-ssl'],
  units: [UNIT],
  configure,

  async writeAccounts({ machine, locking, transaction }) {
    const usernames = await transaction('reads', listUsernames);
    // All at once, because each change writes the whole file.
    await writeLogins(machine, await transaction('reads', (db) => wantedOf(db, usernames)));
    // What a call has changed meanwhile. Otherwise, nothing is written again.
    const failures = await eachAccount(locking, usernames, async (username) => {
      const [logins, anonymous] = await transaction('reads', async (db) => [
        await wantedOf(db, [username]),
        await publicOf(db, username),
      ]);
      await writeLogins(machine, logins, [username]);
      if (anonymous === null) return;
      const step = anonymousStep({ username, anonymous });
      await step.apply(machine, await step.prepare(machine));
    });
    assertNone(failures);
  },

  async examine(machine) {
    const problems = await problemsOf(await portOf(machine));
    if ((await readTables(machine)) !== undefined) return problems;
    return [...problems, `“${REFUSED_HOSTS}” is missing, so guesses of passwords are not counted.`];
  },
};

async function wantedOf(db: Db, usernames: readonly string[]): Promise<WantedLogins[]> {
  const wanted: WantedLogins[] = [];
  for (const username of usernames) {
    const account = await accounts.find(db, username);
    if (account !== undefined) wanted.push(await loginsOf(db, account));
  }
  return wanted;
}

/** Null: nobody logs in without a password. */
async function publicOf(db: Db, username: string): Promise<Anonymous | null> {
  const account = await accounts.find(db, username);
  return account === undefined ? null : anonymousOf(account, await settingsOf(db, username));
}

export type ServerWork = Pick<RoleWork, 'machine' | 'log' | 'changed' | 'isRetry'>;

/** Can be repeated. Also follows the certificate of the server. */
export async function configure({ machine, log, changed, isRetry }: ServerWork): Promise<void> {
  const files = await machine.files(DIRECTORIES);
  // Creates the folders, and the files without which ProFTPD does not start.
  await putLogins(machine, [], { lines: '', limits: [] });
  if ((await files.facts(TALLIES)) === undefined) await files.write(TALLIES, NO_TALLIES, secret);
  if (await followOwnCertificate(machine, certificateFile))
    changed('Wrote the certificate of the server for ProFTPD, which reads it at each connection.');
  await prepareGuard(machine);
  const step = await configurationStep(files, (await files.readText(CERTIFICATE)) ?? '');
  const diff = await step.preview(machine);
  const memento = await step.prepare(machine);
  await step.apply(machine, memento);
  if (isRetry && memento.files.length === 0) await step.reload(machine);
  if (diff === '') return log('ProFTPD already has the configuration of whmapi1.');
  changed(step.description);
  for (const line of diff.split('\n')) if (line !== '') log(`  ${line}`);
}
