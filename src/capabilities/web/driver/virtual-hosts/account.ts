// The virtual hosts of an account.
import type { Db } from '../../../../core/context.ts';
import { exclusive, type PlannedStep } from '../../../../core/plan.ts';
import type { Account } from '../../../accounts/rules/accounts.ts';
import * as exceeded from '../../../bandwidth/rules/exceeded.ts';
import { findDomain, listOf } from '../../../domains/rules/hosted-domains.ts';
import { isWildcard } from '../../../../core/wildcards.ts';
import * as mailPolicies from '../../../domains/rules/mail-policies.ts';
import { domainOfDerived } from '../../../domains/rules/service-subdomains.ts';
import { virtualHostsOf } from '../../../domains/rules/virtual-hosts.ts';
import { readState, runsIn, withHost } from '../../../php/rules/served-by.ts';
import type { HostPhp } from '../../../php/rules/settings.ts';
import { accountWebOf, type AccountWeb, type WebOverrides } from '../../rules/account-web.ts';
import { primariesOf, primaryTypes, type PrimaryType } from '../../rules/primary-hosts.ts';
import type { AccountPart, PartDependencies, PartWork } from '../../../accounts/driver/account-part.ts';
import type { CgiVersion } from '../../../php/driver/cgi-programs.ts';
import { unserved } from '../../../php/driver/php-pools/refusal.ts';
import writeCgiPrograms from '../../../php/driver/steps/write-cgi-programs.ts';
import changeSeveral from './steps/change-several.ts';
import change, { type WebChange } from './steps/change.ts';
import deleteLogs from './steps/delete-logs.ts';
import endPause from './steps/end-pause.ts';
import linkLogs from './steps/link-logs.ts';
import open from './steps/open.ts';
import pause from './steps/pause.ts';
import removeLogs from './steps/remove-logs.ts';
import remove from './steps/remove.ts';
import setSuspended from './steps/set-suspended.ts';
import shareLogs from './steps/share-logs.ts';
import writeCgiRunner from './steps/write-cgi-runner.ts';
import { virtualHosts } from './virtual-hosts.ts';

declare module '../../../accounts/driver/account-part.ts' {
  interface PartWishes {
    /** The mail policy that the new account’s domain has, because it was a domain of another account. */
    readonly mailPolicy?: mailPolicies.MailPolicy;
  }
  interface FoundByParts {
    /** Why Apache does not read a configuration with a new account. */
    readonly webRefusal?: string;
  }
}

const ROLE = 'WebServer';

/** What the plan of a virtual host is made from. */
type WebContext = Pick<PartDependencies, 'db' | 'roles'> & Partial<Pick<PartDependencies, 'found'>>;

/**
 * The steps that write the virtual hosts of an account as they will be. The plan must hold the lock of the account.
 * None on a server without the role WebServer. `account`: as it will be.
 */
export async function webSteps(
  context: WebContext,
  account: Account,
  overrides: WebOverrides = {},
): Promise<PlannedStep[]> {
  if (!context.roles.has(ROLE)) return [];
  const planned = await webChange(context, account, overrides);
  return [...cgiSteps(planned.after), change.plan(planned)];
}

/** The same for several accounts, in one step with one reload. */
export async function webStepsOf(
  context: WebContext,
  accounts: readonly { readonly account: Account; readonly overrides: WebOverrides }[],
): Promise<PlannedStep[]> {
  const [first, ...others] = accounts;
  if (first === undefined || !context.roles.has(ROLE)) return [];
  if (others.length === 0) return webSteps(context, first.account, first.overrides);
  const changes: WebChange[] = [];
  for (const { account, overrides } of accounts) changes.push(await webChange(context, account, overrides));
  return [...changes.flatMap(({ after }) => cgiSteps(after)), changeSeveral.plan({ accounts: changes })];
}

/** The programs for the virtual hosts that run PHP by CGI. They stay in the home when they are no longer used. */
function cgiSteps({ username, home, hosts }: AccountWeb): PlannedStep[] {
  const versions = new Map<string, CgiVersion>();
  for (const { php } of hosts) {
    if (php?.runs === 'cgi') versions.set(php.version, { version: php.version, binary: php.binary });
  }
  return versions.size === 0
    ? []
    : [writeCgiPrograms.plan({ username, home, versions: [...versions.values()] })];
}

async function webChange(
  { db, found }: WebContext,
  account: Account,
  overrides: WebOverrides,
): Promise<WebChange> {
  const after = await accountWebOf(db, account, { newestPhp: found?.php?.newest, ...overrides });
  const { username } = account;
  const { before = account } = overrides;
  const former = before.username;
  const primary = await primaryTypesOf(db, before);
  return {
    ...{ username, after },
    ...(former !== username && { former }),
    ...(primary.length > 0 && { primary }),
    ...(await filesOf(db, former, overrides.movedDomain)),
  };
}

/** What else has files of its own, for an account as it is stored: wildcard subdomains and mail policies. */
async function filesOf(db: Db, username: string, movedDomain?: string) {
  const wildcards = (await listOf(db, username)).map(({ domain }) => domain).filter(isWildcard);
  const policies = [...(await mailPolicies.ofUser(db, username)).keys()]
    .filter((domain) => domain !== movedDomain)
    .map(mailPolicies.policyNameOf);
  return { ...(wildcards.length > 0 && { wildcards }), ...(policies.length > 0 && { policies }) };
}

/**
 * The steps by which another account gives up an alias that becomes the main domain of this one: `www.bob.example`.
 * `username`: as it is stored, if it is.
 */
async function releaseAlias(context: WebContext, domain: string, username: string): Promise<PartWork> {
  const { db } = context;
  const parent = domainOfDerived(domain);
  const owner = parent === undefined ? undefined : (await findDomain(db, parent))?.account;
  if (owner?.server !== db.server || owner.username === username) return { steps: [], locks: [] };
  return {
    steps: await webSteps(context, owner, { taken: [domain] }),
    locks: [exclusive(`account ${owner.username}`)],
  };
}

/** The ports on which a virtual host of the account answers requests for unknown names now. */
async function primaryTypesOf(db: Db, account: Account): Promise<readonly PrimaryType[]> {
  const primaries = await primariesOf(db, account, account);
  return primaryTypes.filter((type) => primaries[type] !== undefined);
}

/** What runs PHP for a new account whose website has these settings. By servername. */
async function phpWith({ db }: WebContext, account: Account, host: HostPhp, newest: string | undefined) {
  const state = withHost(await readState(db, account.username, newest), host);
  return runsIn(state, await virtualHostsOf(db, account, []));
}

export const part: AccountPart = {
  async look({ machine }, roles, { username }) {
    if (!roles.has(ROLE) || username !== undefined) return {};
    const webRefusal = await virtualHosts.refusal(machine);
    return webRefusal === undefined ? {} : { webRefusal };
  },

  async created(context, { account }) {
    const { certificates, found, wishes } = context;
    if (!context.roles.has(ROLE)) return [];
    if (found.webRefusal !== undefined)
      context.warn(unserved(`The website of “${account.domain}” is not served`, found.webRefusal));
    const { username, home } = account;
    const newestPhp = found.php?.newest;
    const php = wishes.php && (await phpWith(context, account, wishes.php, newestPhp));
    const policy = wishes.mailPolicy;
    const overrides = {
      ...{ certificates, newestPhp, ...(php && { php }) },
      ...(policy && { mailPolicies: new Map([[policy.domain, policy]]) }),
    };
    const after = await accountWebOf(context.db, account, overrides);
    const released = await releaseAlias(context, account.domain, username);
    return {
      steps: [
        open.plan({ username, home, folder: 'public_html' }),
        ...(after.hasCgi ? [writeCgiRunner.plan({ username, home })] : []),
        ...released.steps,
        ...cgiSteps(after),
        change.plan({ username, after, isNew: true }),
      ],
      locks: released.locks,
    };
  },

  // Another call may have Apache reload at any time. It would end if a file named a user that was renamed.
  released: async (context, before, after) =>
    context.roles.has(ROLE) && isMoved(before, after)
      ? [
          change.plan(await webChange(context, before, { isMoving: true })),
          pause.plan({ username: before.username }),
        ]
      : [],

  async changed(context, before, after) {
    if (!context.roles.has(ROLE)) return [];
    const present = await accountWebOf(context.db, before);
    const isOverLimit = await exceeded.isOverLimit(context, after, before.username);
    const { certificates, found } = context;
    const overrides = { before, isOverLimit, certificates, newestPhp: found.php?.newest };
    const next = await accountWebOf(context.db, after, overrides);
    if (JSON.stringify(present) === JSON.stringify(next)) return [];
    const [from, to] = [before.username, after.username];
    const isRenamed = from !== to;
    const { steps: released, locks } =
      before.domain === after.domain
        ? { steps: [], locks: [] }
        : await releaseAlias(context, after.domain, from);
    return {
      steps: [
        ...(isRenamed ? [shareLogs.plan({ from, to })] : []),
        ...released,
        ...(next.hasCgi && !present.hasCgi ? [writeCgiRunner.plan({ username: to, home: after.home })] : []),
        ...(await webSteps(context, after, overrides)),
        ...(isRenamed ? [removeLogs.plan({ username: from, renamedTo: to })] : []),
        // Accounts of versions without the link get it now.
        linkLogs.plan({ username: to, home: after.home, ...(isRenamed && { former: from }) }),
        ...(isMoved(before, after) ? [endPause.plan({ username: from })] : []),
      ],
      locks,
    };
  },

  suspended: (context, account) => suspension(context, account, true),
  unsuspended: (context, account) => suspension(context, account, false),
  async removed({ db, roles }, account) {
    if (!roles.has(ROLE)) return [];
    const primary = await primaryTypesOf(db, account);
    const { username } = account;
    const had = { ...(primary.length > 0 && { primary }), ...(await filesOf(db, username)) };
    return [remove.plan({ username, ...had }), deleteLogs.plan({ username })];
  },

  async assertRemovable({ machine }, { roles }) {
    if (roles.has(ROLE)) await virtualHosts.assertReady(machine);
  },
};

async function suspension(
  context: WebContext,
  account: Account,
  isSuspended: boolean,
): Promise<PlannedStep[]> {
  if (!context.roles.has(ROLE)) return [];
  return [setSuspended.plan(await webChange(context, account, { isSuspended }))];
}

/** True if the websites cannot answer while the account changes, because their files move. */
function isMoved(before: Account, after: Account): boolean {
  return before.username !== after.username || before.home !== after.home;
}
