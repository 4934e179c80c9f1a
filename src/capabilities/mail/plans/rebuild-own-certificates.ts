// Writes the certificates with which mail servers answer at the names of one account again.
import type { Context } from '../../../core/context.ts';
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { presentCertificates } from '../driver/tls/account.ts';
import changeCertificates from '../driver/tls/steps/change-certificates.ts';

/** Everything is stored already. */
const change = defineChange<null>({ kind: 'rebuild-own-certificates', store: () => Promise.resolve() });
export default change;

export async function rebuildOwnCertificates(
  { db, system }: Pick<Context, 'db' | 'system'>,
  account: Account,
): Promise<Plan> {
  const present = await presentCertificates(db, system.hostname(), account);
  return change.plan(null, {
    locks: [exclusive(`account ${account.username}`)],
    steps: present === undefined ? [] : [changeCertificates.plan(present)],
  });
}
