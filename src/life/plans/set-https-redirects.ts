// Redirects domains of an account from HTTP to HTTPS, or no longer: in the web server's configuration and in the store.
import { defineChange, exclusive, type Plan } from '../../core/plan.ts';
import { partDependencies, type PartContext } from '../driver/account-parts.ts';
import { webSteps } from '../../capabilities/web/driver/virtual-hosts/account.ts';
import type { Account } from '../../capabilities/accounts/rules/accounts.ts';
import * as redirects from '../../capabilities/web/rules/https-redirects.ts';

interface SetHttpsRedirects {
  readonly account: Account;
  readonly domains: readonly string[];
  readonly isOn: boolean;
}

const change = defineChange<SetHttpsRedirects>({
  kind: 'set-https-redirects',
  store: (db, { account, domains, isOn }) => redirects.set(db, account.username, domains, isOn),
});
export default change;

/** `domains`: of the account. */
export async function setHttpsRedirects(context: PartContext, input: SetHttpsRedirects): Promise<Plan> {
  const { account, domains, isOn } = input;
  const after = new Set(await redirects.ofUser(context.db, account.username));
  for (const domain of domains) {
    if (isOn) after.add(domain);
    else after.delete(domain);
  }
  return change.plan(input, {
    locks: [exclusive(`account ${account.username}`)],
    steps: await webSteps(await partDependencies(context), account, { httpsRedirects: after }),
  });
}
