// The certificates of mail servers follow those of an account’s virtual hosts.
import type { Db } from '../../../../core/context.ts';
import { exclusive, type PlannedStep } from '../../../../core/plan.ts';
import { eachAccount } from '../../../../ground/driver/each-account.ts';
import type { RoleWork } from '../../../../ground/driver/role.ts';
import type { AccountPart, PartDependencies, PartWork } from '../../../accounts/driver/account-part.ts';
import { find, type Account } from '../../../accounts/rules/accounts.ts';
import { listUsernames } from '../../../accounts/rules/in-work.ts';
import { certificatesByName, type ByNameOverrides } from '../../../certificates/rules/by-name.ts';
import { findDomain, listOf } from '../../../domains/rules/hosted-domains.ts';
import { renamed, renamesOf } from '../../../domains/rules/renamed-domains.ts';
import { domainOfDerived } from '../../../domains/rules/service-subdomains.ts';
import { changeBetween, reloadDovecot, writeCertificates, type CertificateChange } from './certificates.ts';
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

type Work = Pick<RoleWork, 'machine' | 'transaction' | 'sealer' | 'locking'>;

export interface WrittenCertificates {
  /** How many accounts got other files. */
  readonly written: number;
  /** Why others could not be written, by username. */
  readonly failures: ReadonlyMap<string, string>;
}

/**
 * Writes the certificates of all accounts that are not there, with one reload of Dovecot.
 * @param isReloaded true if Dovecot is reloaded in any case.
 */
export async function writeAllCertificates(
  { machine, transaction, sealer, locking }: Work,
  isReloaded: boolean,
): Promise<WrittenCertificates> {
  const hostname = machine.system.hostname();
  let written = 0;
  const usernames = await transaction('reads', listUsernames);
  const failures = await eachAccount(locking, usernames, async (username) => {
    const change = await transaction('reads', (db) => presentOf(db, hostname, username));
    if (change !== undefined && (await writeCertificates(machine, sealer, change))) written += 1;
  });
  if (written > 0 || isReloaded) await reloadDovecot(machine);
  return { written, failures };
}

async function presentOf(db: Db, hostname: string, username: string): Promise<CertificateChange | undefined> {
  const account = await find(db, username);
  return account?.server === db.server ? presentCertificates(db, hostname, account) : undefined;
}
