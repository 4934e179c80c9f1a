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
import type { Settings, Limit } from '../../capabilities/accounts/rules/packages/settings.ts';
import type { Fields } from '../../core/define.ts';
import type { Nameserver } from '../../capabilities/domains/rules/nameservers.ts';
import { yesOrNo } from '../../capabilities/accounts/rules/packages/package-form.ts';

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

// The parts of createacct's response about a new account: its nameservers, and a report for people.
const inZone = 'null unless its name is in the account’s own DNS zone.';

/** The keys of WHM’s documented response. */
export const nameserverFields = {
  nameserver: { type: 'string', doc: 'The first nameserver of the account; empty if none is set.' },
  nameserver2: { type: 'string', doc: 'The second nameserver.' },
  nameserver3: { type: 'string', doc: 'The third nameserver.' },
  nameserver4: { type: 'string', doc: 'The fourth nameserver.' },
  nameservera: { type: 'string|null', doc: `The IPv4 address of the first nameserver; ${inZone}` },
  nameservera2: { type: 'string|null', doc: 'The same of the second nameserver.' },
  nameservera3: { type: 'string|null', doc: 'The same of the third nameserver.' },
  nameservera4: { type: 'string|null', doc: 'The same of the fourth nameserver.' },
  nameserverentry: { type: 'string|null', doc: `The name that this address belongs to; ${inZone}` },
  nameserverentry2: { type: 'string|null', doc: 'The same of the second nameserver.' },
  nameserverentry3: { type: 'string|null', doc: 'The same of the third nameserver.' },
  nameserverentry4: { type: 'string|null', doc: 'The same of the fourth nameserver.' },
} as const satisfies Fields;

/**
 * Returns the values of `nameserverFields`.
 * @param zone the account’s domain if this server has its zone
 */
export function showNameservers(servers: readonly Nameserver[], zone: string | undefined) {
  const [first, second, third, fourth] = servers;
  const name = (server: Nameserver | undefined) => server?.name ?? '';
  const hasEntry = ({ name: own }: Nameserver) => own === zone || own.endsWith(`.${zone ?? ''}`);
  const entry = (server: Nameserver | undefined) => (server && zone && hasEntry(server) ? server : undefined);
  const address = (server: Nameserver | undefined) => entry(server)?.ip ?? null;
  const entryName = (server: Nameserver | undefined) => entry(server)?.name ?? null;
  return {
    nameserver: name(first),
    nameserver2: name(second),
    nameserver3: name(third),
    nameserver4: name(fourth),
    nameservera: address(first),
    nameservera2: address(second),
    nameservera3: address(third),
    nameservera4: address(fourth),
    nameserverentry: entryName(first),
    nameserverentry2: entryName(second),
    nameserverentry3: entryName(third),
    nameserverentry4: entryName(fourth),
  };
}

/** Describes the account for people, one fact per line. The password is never included. */
export function reportOf({ settings, ...account }: Account, nameservers: readonly Nameserver[]): string {
  const inMebibytes = (limit: Limit) => (limit === null ? 'unlimited' : `${limit} MiB`);
  return [
    'New account',
    `Domain: ${account.domain}`,
    `Username: ${account.username}`,
    `Home directory: ${account.home}`,
    `IP address: ${account.ip} (dedicated: ${yesOrNo(settings.dedicatedIp)})`,
    `Package: ${account.package}`,
    `Feature list: ${settings.featureList}`,
    `Disk space: ${inMebibytes(settings.diskLimit)}`,
    `Bandwidth of a month: ${inMebibytes(settings.bandwidthLimit)}`,
    `Shell: ${yesOrNo(settings.shell)}`,
    `CGI: ${yesOrNo(settings.cgi)}`,
    `Owner: ${account.owner}`,
    `Contact email: ${account.contactEmail}`,
    ...nameservers.map(({ name }, at) => `Nameserver ${at + 1}: ${name}`),
    '',
  ].join('\n');
}
