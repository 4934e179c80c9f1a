// Installs a certificate for a virtual host: stores it with its key, and has the web server use it.
import type { Context } from '../core/context.ts';
import { defineChange, exclusive, shared, type Plan } from '../core/plan.ts';
import remove from '../drivers/certificates/steps/remove.ts';
import write from '../drivers/certificates/steps/write.ts';
import type { CheckedCertificate } from '../model/certificates/checked.ts';
import * as installed from '../model/certificates/installed.ts';
import { newCertificate, type HostOfCertificate } from '../model/certificates/new-certificate.ts';

const change = defineChange<null>({
  kind: 'install-certificate',
  store: (db, _input, { results, now }) => installed.installWritten(db, results, now()),
});
export default change;

/**
 * `host.servername` is a virtual host of the account (`model/domains/`), and `checked` the result of `checkCertificate`.
 * @throws ApiError `key_lost`.
 */
export async function installCertificate(
  context: Pick<Context, 'db' | 'sealer'>,
  host: HostOfCertificate,
  checked: Pick<CheckedCertificate, 'certificate' | 'issuers' | 'key'>,
): Promise<Plan> {
  const after = await newCertificate(context, host, checked);
  const former = await installed.fileOf(context.db, host.servername);
  const isOther = former !== undefined && former.path !== after.path;
  return change.plan(null, {
    locks: [shared(`account ${host.username}`), exclusive(`certificate ${host.servername}`)],
    steps: [write.plan(after), ...(isOther ? [remove.plan(former)] : [])],
  });
}
