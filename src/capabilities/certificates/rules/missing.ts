// Virtual hosts without a certificate: those of accounts that are older than the role WebServer of their server.
import type { TaskContext } from '../../../core/task.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { otherNamesOf, virtualHostsOf } from '../../domains/rules/virtual-hosts.ts';
import * as installed from './installed.ts';
import { newSelfSigned } from './new-certificate.ts';

/**
 * Stores a self-signed certificate for each of them of an account of this server. Their files are not written. The lock
 * of the account must be held. @throws ApiError `key_lost`.
 */
export async function addMissing(
  { transaction, sealer, now }: Pick<TaskContext, 'transaction' | 'sealer' | 'now'>,
  username: string,
): Promise<void> {
  await transaction('changes', async (db) => {
    const account = await accounts.find(db, username);
    if (account?.server !== db.server) return;
    const present = await installed.certificatesOf(db, account);
    for (const host of await virtualHostsOf(db, account)) {
      const { servername } = host;
      if (present.has(servername)) continue;
      const made = await newSelfSigned(
        { db, sealer, now },
        { username, servername, otherNames: otherNamesOf(host) },
      );
      await installed.install(db, made, now());
    }
  });
}
