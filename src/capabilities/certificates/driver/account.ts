// The certificates of an account's virtual hosts. A new virtual host gets one that the account has, or else a self-signed
// one, so that it answers with TLS before it has another.
import type { PlannedStep } from '../../../core/plan.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import * as installed from '../rules/installed.ts';
import { listOf } from '../../domains/rules/hosted-domains.ts';
import { renamed, renamesOf } from '../../domains/rules/renamed-domains.ts';
import { otherNamesOf, virtualHostsOf } from '../../domains/rules/virtual-hosts.ts';
import type { AccountPart, FoundByParts, PartDependencies } from '../../accounts/driver/account-part.ts';
import remove from './steps/remove.ts';
import write from './steps/write.ts';

const ROLE = 'WebServer';

declare module '../../accounts/driver/account-part.ts' {
  interface AccountPart {
    /** Virtual hosts get other certificates, or lose theirs: `PartDependencies.certificates`. */
    readonly certificatesChanged?: (context: PartDependencies, account: Account) => PartPlan;
  }
  interface PartDependencies {
    /** The new certificates of virtual hosts, by servername, for the parts of capabilities behind this one. Null: none. */
    readonly certificates: Map<string, installed.NewCertificate | null>;
  }
}

/** Before the part of the virtual hosts: the files that these need. Removals are in reverse order, so after it. */
export const part: AccountPart = {
  look: (_context, roles) => load(roles),
  lookForDomains: (_context, roles) => load(roles),

  async created(context, { account }) {
    return context.roles.has(ROLE) ? certificatesFor(context, account, new Set([account.domain])) : [];
  },

  async changed(context, before, after) {
    if (!context.roles.has(ROLE) || before.domain === after.domain) return [];
    const renames = renamesOf(before, after, await listOf(context.db, before.username));
    return certificatesFor(context, after, new Set(renames.values()), before);
  },

  async removed({ db, roles }, account) {
    if (!roles.has(ROLE)) return [];
    const servernames = [...(await installed.certificatesOf(db, account)).keys()];
    const files = await Promise.all(servernames.map((servername) => installed.fileOf(db, servername)));
    return files.flatMap((file) => (file === undefined ? [] : [remove.plan(file)]));
  },
};

/** After the part of the virtual hosts: the files of domains that the account no longer has. */
export const afterVirtualHosts: AccountPart = {
  async changed({ db, roles }, before, after) {
    if (!roles.has(ROLE) || before.domain === after.domain) return [];
    const former = [...renamesOf(before, after, await listOf(db, before.username)).keys()];
    const files = await Promise.all(former.map((servername) => installed.fileOf(db, servername)));
    return files.flatMap((file) => (file === undefined ? [] : [remove.plan(file)]));
  },
};

/** For those virtual hosts. `before`: the account as it is stored, if it has another name or domain. */
async function certificatesFor(
  context: PartDependencies,
  account: Account,
  servernames: ReadonlySet<string>,
  before: Account = account,
): Promise<PlannedStep[]> {
  const { db, certificates } = context;
  const { username } = account;
  const stored = await listOf(db, before.username);
  const hosted = renamed(stored, renamesOf(before, account, stored));
  const { certificateOfNewHost } = await loadLibrary();
  const steps: PlannedStep[] = [];
  for (const host of await virtualHostsOf(db, account, hosted, [], before.username)) {
    const { servername } = host;
    if (!servernames.has(servername)) continue;
    const newHost = { username, servername, otherNames: otherNamesOf(host) };
    const made = await certificateOfNewHost(context, newHost, before.username);
    certificates.set(servername, made);
    steps.push(write.plan(made));
  }
  return steps;
}

/** Takes longer than all the rest, so it is done while no transaction is open. */
async function load(roles: ReadonlySet<string>): Promise<FoundByParts> {
  if (roles.has(ROLE)) await loadLibrary();
  return {};
}

/** Few of the calls that use the parts of an account need it. */
export const loadLibrary = () => import('../rules/new-certificate.ts');
