// Plans a new account from its package, the requested settings, and the limits of its owner.
import type { Caller, Context, Db } from '../../core/context.ts';
import { badParam, denied } from '../../core/errors.ts';
import * as accountIps from '../../capabilities/addresses/rules/ips.ts';
import * as accountLimits from './limits.ts';
import * as accountNames from '../../ground/rules/accounts/names.ts';
import type { Account } from '../../capabilities/accounts/rules/accounts.ts';
import * as hostedDomains from '../../capabilities/domains/rules/hosted-domains.ts';
import { assertNotReserved } from '../../capabilities/domains/rules/reserved-domains.ts';
import * as featureLists from '../../capabilities/accounts/rules/features/lists.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';
import { assertAllowed } from '../../capabilities/accounts/rules/packages/privileges.ts';
import { isReseller } from '../../capabilities/accounts/rules/resellers/resellers.ts';
import type { Settings } from '../../capabilities/accounts/rules/packages/settings.ts';

export interface Wishes {
  readonly username: string;
  readonly domain: string;
  readonly owner: string;
  readonly package: string;
  /** Settings that replace the package's settings. */
  readonly settings: Partial<Settings>;
  readonly contactEmail: string;
  readonly mailboxFormat: Account['mailboxFormat'];
  readonly address: string | undefined;
  readonly home: string | undefined;
  readonly uid: number | undefined;
  /** True if another account has the domain, and loses it to the new account. */
  readonly takesDomain?: true;
  /** True if root adds the domain although it is reserved. */
  readonly force?: boolean;
}

/** The shells of accounts with and without shell access. */
const LOGIN_SHELL = '/bin/bash';
const NO_SHELL = '/usr/sbin/nologin';

export function shellFor({ shell }: Pick<Settings, 'shell'>): string {
  return shell ? LOGIN_SHELL : NO_SHELL;
}

/**
 * Checks everything about a new account. Returns the account, and the settings of its package. `ofMachine` contains the
 * username if a system user already has it.
 * @throws ApiError `bad_param`, `not_found`, `denied`, `limit_reached`.
 */
export async function plan(
  context: Context,
  wishes: Wishes,
  ofMachine: accountNames.MachineNames,
): Promise<{ readonly account: Account; readonly packageSettings: Settings }> {
  const { caller, db, system, now } = context;
  const { username, owner } = wishes;
  const domain = wishes.domain.toLowerCase();
  await accountNames.assertFree(db, ofMachine, username);
  if (wishes.takesDomain !== true) {
    await assertNotReserved(context, { domain, kind: 'domain', force: wishes.force });
    await hostedDomains.assertFree(db, domain);
  }
  await assertOwner(context, owner, username);
  const { settings: given } = await packages.get(db, caller, wishes.package);
  const settings = { ...given, ...wishes.settings };
  if (settings.featureList !== given.featureList) await featureLists.assertUsable(db, settings.featureList);
  assertAllowed(caller, given, settings);
  assertMayGiveShell(caller, undefined, settings);
  const account: Account = {
    username,
    domain,
    owner,
    package: wishes.package,
    contactEmail: wishes.contactEmail,
    ip: await accountIps.choose(db, system.addresses(), {
      owner,
      dedicated: settings.dedicatedIp,
      address: wishes.address,
    }),
    uid: await idFor(context, wishes.uid),
    home: wishes.home ?? `/home/${username}`,
    shellPath: shellFor(settings),
    mailboxFormat: wishes.mailboxFormat,
    backup: false,
    createdAt: now(),
    suspendedAt: null,
    suspendReason: '',
    suspendLocked: false,
    blocksUsed: null,
    inodesUsed: null,
    settings,
  };
  if (accountLimits.isBound(caller)) await accountLimits.assertWithin(context, undefined, account);
  return { account, packageSettings: given };
}

/** Root can create accounts for every possible owner; a reseller only for itself. */
export async function assertOwner({ caller, db }: Context, owner: string, username: string): Promise<void> {
  if (owner === caller.user) return;
  if (caller.privileges !== 'all')
    throw denied(`You cannot create accounts for “${owner}”: you own the accounts that you create.`);
  if (owner === 'root' || owner === username) return;
  if (await isReseller(db, owner)) return;
  throw badParam(
    `Owner does not exist: “${owner}” is not a reseller. Run listresellers to list the resellers.`,
  );
}

/** @throws ApiError `denied` if the account gets shell access that it did not have, and the caller may not grant it. */
export function assertMayGiveShell(
  { privileges }: Caller,
  before: Pick<Settings, 'shell'> | undefined,
  after: Pick<Settings, 'shell'>,
): void {
  if (!after.shell || before?.shell === true) return;
  if (privileges === 'all' || privileges.has('allow-shell')) return;
  throw denied('An account with a shell requires the privilege “allow-shell”.');
}

export { FIRST_UID as LOWEST_ID } from '../../core/machine-values.ts';
/** The highest user ID that useradd assigns automatically (UID_MAX of login.defs). */
export const HIGHEST_ID = 60_000;

/**
 * Returns the requested user ID. Without a request, returns 0, which means that the machine chooses, unless it would
 * choose the user ID of a removed account.
 * @throws ApiError `denied`.
 */
async function idFor({ caller, db }: Context, asked: number | undefined): Promise<number> {
  if (asked === undefined) return firstUntrackedId(db);
  if (caller.privileges !== 'all') throw denied('Only root can choose the user ID.');
  return asked;
}

async function firstUntrackedId(db: Db): Promise<number> {
  const row = await db.get<{ tracked: number | null; used: number | null }>(
    `SELECT (SELECT max(id) FROM removed_user_id WHERE server = ? AND id < ?) AS tracked,
       (SELECT max(uid) FROM account WHERE server = ?) AS used`,
    db.server,
    HIGHEST_ID,
    db.server,
  );
  const { tracked, used } = { tracked: row?.tracked ?? 0, used: row?.used ?? 0 };
  return tracked > used ? tracked + 1 : 0;
}
