// Installs a certificate for a virtual host: stores it with its key, and has the web server use it.
import type { Context } from '../core/context.ts';
import { defineChange, exclusive, type Plan } from '../core/plan.ts';
import remove from '../drivers/certificates/steps/remove.ts';
import write from '../drivers/certificates/steps/write.ts';
import { webSteps } from '../drivers/virtual-hosts/account.ts';
import type { Account } from '../model/accounts/accounts.ts';
import type { CheckedCertificate } from '../model/certificates/checked.ts';
import * as installed from '../model/certificates/installed.ts';
import { newCertificate } from '../model/certificates/new-certificate.ts';
import { rolesOf } from '../model/roles/active-profile.ts';

const change = defineChange<null>({
  kind: 'install-certificate',
  store: (db, _input, { results, now }) => installed.installWritten(db, results, now()),
});
export default change;

/**
 * The new file is written, the configuration of the web server then names it, and the former file is removed.
 * @param servername a virtual host of the account (`model/domains/virtual-hosts.ts`).
 * @param checked the result of `checkCertificate`.
 * @throws ApiError `key_lost`.
 */
export async function installCertificate(
  context: Pick<Context, 'db' | 'sealer' | 'system'>,
  account: Account,
  servername: string,
  checked: Pick<CheckedCertificate, 'certificate' | 'issuers' | 'key'>,
): Promise<Plan> {
  const { db } = context;
  const { username } = account;
  const after = await newCertificate(context, { username, servername }, checked);
  const former = await installed.fileOf(db, servername);
  const isOther = former !== undefined && former.path !== after.path;
  const certificates = new Map([[servername, { path: after.path, id: after.digest }]]);
  const ofWeb = await webSteps({ db, roles: await rolesOf(context) }, account, { certificates });
  return change.plan(null, {
    locks: [exclusive(`account ${username}`), exclusive(`certificate ${servername}`)],
    steps: [write.plan(after), ...ofWeb, ...(isOther ? [remove.plan(former)] : [])],
  });
}
