// What AutoSSL knows of the domains of an account when they get other names.
import type { Db } from '../../../../core/context.ts';
import { renamedName, type Renames } from '../../../domains/rules/renamed-domains.ts';
import * as exclusions from './exclusions.ts';
import * as orders from './orders.ts';
import * as problems from './problems.ts';

/**
 * Excluded names follow, with `www.` and the like before the domain. Orders and problems of former names are forgotten:
 * nobody needs their certificates any longer.
 */
export async function rename(db: Db, username: string, renames: Renames): Promise<void> {
  for (const name of await exclusions.list(db, username)) {
    const to = renamedName(name, renames);
    if (to !== undefined) await exclusions.rename(db, username, name, to);
  }
  for (const { domain } of await problems.ofUser(db, username)) {
    if (renamedName(domain, renames) !== undefined) await problems.remove(db, [domain]);
  }
  for (const servername of renames.keys()) {
    const order = await orders.find(db, servername);
    if (order !== undefined) await orders.remove(db, order);
    await db.run('DELETE FROM autossl_certificate WHERE servername = ?', servername);
  }
}
