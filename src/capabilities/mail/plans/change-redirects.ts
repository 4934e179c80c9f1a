// Redirects the mail of domains, of one account or several, to certain hosts.
import type { Context } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import { defineChange, exclusive, type Plan, type PlannedStep } from '../../../core/plan.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { getDomain, listOf } from '../../domains/rules/hosted-domains.ts';
import { ROLE, stepsBetween } from '../driver/account.ts';
import { desiredMail } from '../rules/desired.ts';
import { assertHost } from '../rules/routing/mail-servers.ts';
import { changeBetween, readState, storeChange, type StateChange } from '../rules/state.ts';

interface ChangeRedirects {
  readonly changes: readonly { readonly username: string; readonly change: StateChange }[];
}

const change = defineChange<ChangeRedirects>({
  kind: 'change-redirects',
  async store(db, { changes }) {
    for (const { username, change: rows } of changes) await storeChange(db, username, rows);
  },
});
export default change;

type Dependencies = Pick<Context, 'db' | 'caller' | 'system'> & {
  readonly plan: (plan: Plan) => void;
};

/**
 * Plans the redirects of domains. @param hosts one for each domain. Undefined: they are removed.
 * @returns the former host of each domain. @throws ApiError `bad_param`, `not_found`.
 */
export async function changeRedirects(
  context: Dependencies,
  domains: readonly string[],
  hosts: readonly string[] | undefined,
): Promise<Record<string, string | null>> {
  const { db, caller, system } = context;
  if (hosts !== undefined && hosts.length !== domains.length) {
    throw badParam(
      `The parameter “mx_host” should be given once for each of the ${domains.length} domains, not ${hosts.length} times.`,
    );
  }
  const ownNames = [system.hostname().toLowerCase(), ...system.addresses()];
  const wanted = new Map<string, string | undefined>();
  const owners = new Map<string, string[]>();
  for (const [at, domain] of domains.entries()) {
    const { username } = (await getDomain(db, caller, domain)).account;
    wanted.set(domain, hosts && assertHost('mx_host', hosts[at] ?? '', [...ownNames, domain]));
    owners.set(username, [...(owners.get(username) ?? []), domain]);
  }
  const former: Record<string, string | null> = {};
  const changes: ChangeRedirects['changes'][number][] = [];
  const steps: PlannedStep[] = [];
  const hasRole = (await rolesOf(context)).has(ROLE);
  for (const [username, own] of owners) {
    const account = await accounts.get(db, caller, username);
    const before = await readState(db, username);
    for (const domain of own) {
      former[domain] = before.redirects.find((one) => one.domain === domain)?.host ?? null;
    }
    const added = own.flatMap((domain) => {
      const host = wanted.get(domain);
      return host === undefined ? [] : [{ domain, host }];
    });
    const kept = before.redirects.filter(({ domain }) => !wanted.has(domain));
    const after = { ...before, redirects: [...kept, ...unique(added)] };
    changes.push({ username, change: changeBetween(before, after) });
    if (!hasRole) continue;
    const hosted = await listOf(db, username);
    steps.push(
      ...stepsBetween(username, desiredMail(account, hosted, before), desiredMail(account, hosted, after)),
    );
  }
  const locks = [...owners.keys()].map((username) => exclusive(`account ${username}`));
  context.plan(change.plan({ changes }, { locks, steps }));
  return former;
}

/** If a domain is given twice, the last one counts. */
function unique<T extends { readonly domain: string }>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [row.domain, row])).values()];
}
