// Writes the certificates of all accounts for mail, if they are not there, with one reload of Dovecot.
import type { Db } from '../../../../core/context.ts';
import { eachAccount } from '../../../../ground/driver/each-account.ts';
import type { RoleWork } from '../../../../ground/driver/role.ts';
import { listUsernames } from '../../../accounts/rules/in-work.ts';
import { find } from '../../../accounts/rules/accounts.ts';
import { presentCertificates } from './account.ts';
import { reloadDovecot, writeCertificates, type CertificateChange } from './certificates.ts';

type Work = Pick<RoleWork, 'machine' | 'transaction' | 'sealer' | 'locking'>;

export interface WrittenCertificates {
  /** How many accounts got other files. */
  readonly written: number;
  /** Why others could not be written, by username. */
  readonly failures: ReadonlyMap<string, string>;
}

/** @param isReloaded true if Dovecot is reloaded in any case. */
export async function writeAllCertificates(
  { machine, transaction, sealer, locking }: Work,
  isReloaded: boolean,
): Promise<WrittenCertificates> {
  const hostname = machine.system.hostname();
  let written = 0;
  const usernames = await transaction('reads', listUsernames);
  const failures = await eachAccount(locking, usernames, async (username) => {
    const change = await transaction('reads', (db) => presentOf(db, hostname, username));
    if (change !== undefined && (await writeCertificates(machine, sealer, change))) written += 1;
  });
  if (written > 0 || isReloaded) await reloadDovecot(machine);
  return { written, failures };
}

async function presentOf(db: Db, hostname: string, username: string): Promise<CertificateChange | undefined> {
  const account = await find(db, username);
  return account?.server === db.server ? presentCertificates(db, hostname, account) : undefined;
}
