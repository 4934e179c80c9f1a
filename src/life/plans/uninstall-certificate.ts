// Takes the certificate from a virtual host, which then answers only without TLS.
import type { Context } from '../../core/context.ts';
import { badParam } from '../../core/errors.ts';
import { defineChange, exclusive, type Plan } from '../../core/plan.ts';
import remove from '../../capabilities/certificates/driver/steps/remove.ts';
import { webSteps } from '../../capabilities/web/driver/virtual-hosts/account.ts';
import type { Account } from '../../capabilities/accounts/rules/accounts.ts';
import * as installed from '../../capabilities/certificates/rules/installed.ts';
import { certificatesChanged, partDependencies } from '../driver/account-parts.ts';

const change = defineChange<{ readonly servername: string }>({
  kind: 'uninstall-certificate',
  store: (db, { servername }) => installed.uninstall(db, servername),
});
export default change;

/** The certificate stays in the account’s list. @throws ApiError `bad_param` if there is none. */
export async function uninstallCertificate(
  context: Context,
  account: Account,
  servername: string,
): Promise<Plan> {
  const { db } = context;
  const former = await installed.fileOf(db, servername);
  if (former === undefined) throw badParam(`“${servername}” has no certificate.`);
  const dependencies = await partDependencies(context);
  const { certificates } = dependencies;
  certificates.set(servername, null);
  const steps = await webSteps(dependencies, account, { certificates });
  const ofParts = await certificatesChanged(dependencies, account);
  return change.plan(
    { servername },
    {
      locks: [
        exclusive(`account ${account.username}`),
        exclusive(`certificate ${servername}`),
        ...ofParts.locks,
      ],
      steps: [...steps, ...ofParts.steps, remove.plan(former)],
    },
  );
}
