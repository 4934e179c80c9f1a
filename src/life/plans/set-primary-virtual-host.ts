// Sets the virtual host that answers requests for unknown names: in the web server's configuration and in the store.
import { defineChange, exclusive, type Plan } from '../../core/plan.ts';
import { partDependencies, type PartContext } from '../driver/account-parts.ts';
import { webSteps } from '../../capabilities/web/driver/virtual-hosts/account.ts';
import type { Account } from '../../capabilities/accounts/rules/accounts.ts';
import { primaryUser, setPrimary, type PrimaryType } from '../../capabilities/web/rules/primary-hosts.ts';

interface SetPrimaryVirtualHost {
  readonly account: Account;
  readonly type: PrimaryType;
  readonly servername: string;
}

const change = defineChange<SetPrimaryVirtualHost>({
  kind: 'set-primary-virtual-host',
  store: (db, { account, type, servername }) => setPrimary(db, account, type, servername),
});
export default change;

export async function setPrimaryVirtualHost(
  context: PartContext,
  input: SetPrimaryVirtualHost,
): Promise<Plan> {
  const { account, type, servername } = input;
  // A change of the account that was primary before would write the same file.
  const former = await primaryUser(context.db, account, type);
  const users = new Set([account.username, former ?? account.username]);
  return change.plan(input, {
    locks: [...[...users].map((user) => exclusive(`account ${user}`)), exclusive('primary virtual hosts')],
    steps: await webSteps(await partDependencies(context), account, { primary: { [type]: servername } }),
  });
}
