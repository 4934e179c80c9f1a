// What a new account is made of: a package, what is asked for beside it, and what an owner may give.
import type { Context } from '../core/context.ts';
import { badParam, denied } from '../core/errors.ts';
import * as accountIps from './account-ips.ts';
import * as accountLimits from './account-limits.ts';
import * as accountNames from './account-names.ts';
import type { Account } from './accounts.ts';
import * as featureLists from './feature-lists.ts';
import * as packages from './packages.ts';
import type { Settings } from './settings.ts';

export interface Wishes {
  readonly username: string;
  readonly domain: string;
  readonly owner: string;
  readonly package: string;
  /** What takes the place of the package's settings. */
  readonly settings: Partial<Settings>;
  readonly contactEmail: string;
  readonly mailboxFormat: Account['mailboxFormat'];
  readonly address: string | undefined;
  readonly home: string | undefined;
  readonly uid: number | undefined;
}

/** The shells of accounts that may log in, and of those that may not. */
const LOGIN_SHELL = '/bin/bash';
const NO_SHELL = '/usr/sbin/nologin';

export function shellFor({ shell }: Pick<Settings, 'shell'>): string {
  return shell ? LOGIN_SHELL : NO_SHELL;
}

/**
 * The account as it will be, once everything about it is checked.
 * @throws ApiError `bad_param`, `not_found`, `denied`, `limit_reached`.
 */
export async function plan(context: Context, wishes: Wishes): Promise<Account> {
  const { caller, db, host, now } = context;
  const { username, owner } = wishes;
  const domain = wishes.domain.toLowerCase();
  await accountNames.ensureFree(db, await host.users(), username);
  await accountNames.ensureDomainFree(db, domain);
  await ensureOwner(context, owner, username);
  const { settings: given } = await packages.get(db, caller, wishes.package);
  const settings = { ...given, ...wishes.settings };
  if (settings.featureList !== given.featureList) await featureLists.ensureUsable(db, settings.featureList);
  packages.ensureAllowed(caller, given, settings);
  if (settings.shell && caller.privileges !== 'all' && !caller.privileges.has('allow-shell')) {
    throw denied('An account with a shell asks for the privilege “allow-shell”.');
  }
  const account: Account = {
    username,
    domain,
    owner,
    package: wishes.package,
    contactEmail: wishes.contactEmail,
    ip: await accountIps.choose(db, host, {
      owner,
      dedicated: settings.dedicatedIp,
      address: wishes.address,
    }),
    uid: wishes.uid ?? (await firstUntrackedId(context)),
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
  await accountLimits.ensureWithin(db, caller, undefined, account);
  return account;
}

/** Root may make accounts for anybody who may own some; a reseller for itself. */
export async function ensureOwner(
  { caller, db }: Pick<Context, 'caller' | 'db'>,
  owner: string,
  username: string,
): Promise<void> {
  if (owner === caller.user) return;
  if (caller.privileges !== 'all')
    throw denied(`You may not give accounts to “${owner}”: you own what you make.`);
  if (owner === 'root' || owner === username) return;
  if ((await db.get('SELECT 1 FROM reseller WHERE username = ?', owner)) !== undefined) return;
  throw badParam(`Owner does not exist: “${owner}” is no reseller; listresellers tells which there are.`);
}

/** 0, which leaves the choice to the machine, unless that would choose the id of a removed account. */
async function firstUntrackedId({ db }: Pick<Context, 'db'>): Promise<number> {
  const row = await db.get<{ tracked: number | null; used: number | null }>(
    'SELECT (SELECT max(id) FROM tracked_id) AS tracked, (SELECT max(uid) FROM account) AS used',
  );
  const { tracked, used } = { tracked: row?.tracked ?? 0, used: row?.used ?? 0 };
  return tracked > used ? tracked + 1 : 0;
}
