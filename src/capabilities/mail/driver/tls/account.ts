// The certificates of mail servers follow those of an account’s virtual hosts.
import type { Db } from '../../../../core/context.ts';
import { exclusive, type PlannedStep } from '../../../../core/plan.ts';
import type { AccountPart, PartDependencies, PartWork } from '../../../accounts/driver/account-part.ts';
import type { Account } from '../../../accounts/rules/accounts.ts';
import { certificatesByName, type ByNameOverrides } from '../../../certificates/rules/by-name.ts';
import { findDomain, listOf } from '../../../domains/rules/hosted-domains.ts';
import { renamed, renamesOf } from '../../../domains/rules/renamed-domains.ts';
import { domainOfDerived } from '../../../domains/rules/service-subdomains.ts';
import { changeBetween, type CertificateChange } from './certificates.ts';
import changeCertificates from './steps/change-certificates.ts';

const ROLE = 'MailReceive';
const NONE = new Map();

export const part: AccountPart = {
  async created(context, { account }) {
    if (!context.roles.has(ROLE)) return [];
    const after = await byName(context, account, { certificates: context.certificates });
    const own = stepsOf(changeBetween(account.username, NONE, after));
    return withReleased(context, own, account.username, [account.domain]);
  },

  async changed(context, before, after) {
    if (!context.roles.has(ROLE)) return [];
    const { db, certificates } = context;
    const hosted = await listOf(db, before.username);
    const renames = renamesOf(before, after, hosted);
    const had = await byName(context, before);
    const overrides = { storedAs: before.username, hosted: renamed(hosted, renames), certificates };
    const has = await byName(context, after, overrides);
    const own = stepsOf(changeBetween(after.username, had, has, before.username));
    return withReleased(context, own, before.username, [...renames.values()]);
  },

  async domainsChanged(context, { account, before, after }) {
    if (!context.roles.has(ROLE)) return [];
    const { certificates } = context;
    const had = await byName(context, account, { hosted: before });
    const has = await byName(context, account, { hosted: after, certificates });
    const added = after
      .map(({ domain }) => domain)
      .filter((name) => !before.some(({ domain }) => domain === name));
    const own = stepsOf(changeBetween(account.username, had, has));
    return withReleased(context, own, account.username, added);
  },

  async certificatesChanged(context, account) {
    if (!context.roles.has(ROLE)) return [];
    const { certificates } = context;
    const [had, has] = [await byName(context, account), await byName(context, account, { certificates })];
    return stepsOf(changeBetween(account.username, had, has));
  },

  /** With the user, as the other files of its mail. */
  async rebuilt(context, account, rebuiltPart) {
    if (rebuiltPart !== 'user' || !context.roles.has(ROLE)) return [];
    return stepsOf(await presentCertificates(context.db, context.system.hostname(), account));
  },

  async removed(context, account) {
    if (!context.roles.has(ROLE)) return [];
    return stepsOf(changeBetween(account.username, await byName(context, account), NONE));
  },
};

type Looking = Pick<PartDependencies, 'db' | 'system'>;

const byName = ({ db, system }: Looking, account: Account, overrides?: ByNameOverrides) =>
  certificatesByName(db, account, system.hostname(), overrides);

/** Everything that an account has as it is stored. Undefined: nothing. */
export const presentCertificates = async (db: Db, hostname: string, account: Account) =>
  changeBetween(account.username, NONE, await certificatesByName(db, account, hostname));

const stepsOf = (change: CertificateChange | undefined): PlannedStep[] =>
  change === undefined ? [] : [changeCertificates.plan(change)];

/**
 * Another account may answer at one of the new domains until now: the new domain `mail.bob.example` is a name of
 * `bob.example` before.
 * @param username as it is stored.
 */
async function withReleased(
  context: Looking,
  own: readonly PlannedStep[],
  username: string,
  domains: readonly string[],
): Promise<PartWork> {
  const released: PlannedStep[] = [];
  const locks: PartWork['locks'][number][] = [];
  for (const domain of domains) {
    const parent = domainOfDerived(domain);
    const owner = parent === undefined ? undefined : (await findDomain(context.db, parent))?.account;
    if (owner === undefined || owner.username === username || owner.server !== context.db.server) continue;
    const [had, has] = [await byName(context, owner), await byName(context, owner, { taken: [domain] })];
    const steps = stepsOf(changeBetween(owner.username, had, has));
    released.push(...steps);
    if (steps.length > 0) locks.push(exclusive(`account ${owner.username}`));
  }
  return { steps: [...released, ...own], locks };
}
