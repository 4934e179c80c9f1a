// Plans a change of an account, and checks whether the change is allowed.
import type { Context } from '../../core/context.ts';
import { denied } from '../../core/errors.ts';
import * as accountLimits from './limits.ts';
import * as accountNames from '../../ground/rules/accounts/names.ts';
import type { Account } from '../../capabilities/accounts/rules/accounts.ts';
import * as hostedDomains from '../../capabilities/domains/rules/hosted-domains.ts';
import { assertNewNames, renamesOf } from '../../capabilities/domains/rules/renamed-domains.ts';
import { assertNotReserved } from '../../capabilities/domains/rules/reserved-domains.ts';
import { assertMayGiveShell, assertOwner, shellFor } from './new-account.ts';
import { withPackage } from './packages/accounts.ts';
import { showLimits } from '../../capabilities/accounts/rules/packages/package-form.ts';
import type { Package } from '../../capabilities/accounts/rules/packages/packages.ts';
import { assertAllowed } from '../../capabilities/accounts/rules/packages/privileges.ts';
import { rename, sortedByName } from '../../capabilities/accounts/rules/packages/settings.ts';
import type { Settings } from '../../capabilities/accounts/rules/packages/settings.ts';

/** An undefined property is not changed. */
export type Changes = {
  /** A package whose settings the account gets. `settings` take precedence over them. */
  readonly package?: Package | undefined;
  readonly settings?: Partial<Settings>;
} & {
  readonly [
    Key in
      | 'username'
      | 'domain'
      | 'owner'
      | 'contactEmail'
      | 'shellPath'
      | 'backup'
      | 'mailboxFormat'
      | 'createdAt'
  ]?: Account[Key] | undefined;
} & {
  /** True if root sets the domain although it is reserved. */
  readonly force?: boolean;
};

/**
 * Returns the account after the change. `ofMachine` contains the new username if a system user already has it.
 * @throws ApiError `bad_param`, `denied`, `limit_reached`.
 */
export async function plan(
  context: Context,
  before: Account,
  changes: Changes,
  ofMachine: accountNames.MachineNames = new Set(),
): Promise<Account> {
  const { caller, db } = context;
  const isRoot = caller.privileges === 'all';
  const username = changes.username ?? before.username;
  if (username !== before.username) {
    await accountNames.assertFree(db, ofMachine, username, before.username);
  }
  const domain = changes.domain?.toLowerCase() ?? before.domain;
  if (domain !== before.domain) {
    const renames = renamesOf(before, { domain }, await hostedDomains.listOf(db, before.username));
    for (const name of renames.values()) {
      const kind = name === domain ? 'domain' : 'subdomain';
      await assertNotReserved(context, { domain: name, kind, force: changes.force });
    }
    await hostedDomains.assertFree(db, domain);
    await assertNewNames(db, { domain }, renames);
  }
  const base = changes.package === undefined ? before : withPackage(before, changes.package);
  const settings = { ...base.settings, ...changes.settings };
  assertAllowed(caller, base.settings, settings);
  if (changes.shellPath !== undefined && !isRoot) throw denied('Only root can choose a particular shell.');
  assertMayGiveShell(caller, before.settings, settings);
  const hasOtherShell = settings.shell !== base.settings.shell;
  const after: Account = {
    ...base,
    username,
    domain,
    owner: await ownerOf(context, before, changes, username),
    home: before.home === `/home/${before.username}` ? `/home/${username}` : before.home,
    contactEmail: changes.contactEmail ?? before.contactEmail,
    shellPath: changes.shellPath ?? (hasOtherShell ? shellFor(settings) : base.shellPath),
    backup: changes.backup ?? before.backup,
    mailboxFormat: changes.mailboxFormat ?? before.mailboxFormat,
    createdAt: changes.createdAt ?? before.createdAt,
    settings,
  };
  if (accountLimits.isBound(caller)) await accountLimits.assertWithin(context, before, after);
  return after;
}

/** Returns the new owner. An account that owns itself still does so after it is renamed. */
async function ownerOf(
  context: Context,
  before: Account,
  changes: Changes,
  username: string,
): Promise<string> {
  const renamed = (owner: string) => (owner === before.username ? username : owner);
  if (changes.owner === undefined || changes.owner === before.owner) return renamed(before.owner);
  const owner = renamed(changes.owner);
  await assertOwner(context, owner, username);
  return owner;
}

/** Returns an account with the field names under which WHM stores it. */
export function show({ settings, ...account }: Account): Record<string, string | number> {
  const { theme, locale, featureList, shell, cgi } = settings;
  return sortedByName({
    ...showLimits('ofAccount', settings),
    ...rename('ofAccount', { theme, locale, featureList, shell: shell ? 1 : 0, cgi: cgi ? 1 : 0 }),
    BACKUP: account.backup ? 1 : 0,
    CONTACTEMAIL: account.contactEmail,
    DOMAIN: account.domain,
    IP: account.ip,
    MAILBOX_FORMAT: account.mailboxFormat,
    OWNER: account.owner,
    PLAN: account.package,
    STARTDATE: Math.floor(account.createdAt / 1000),
    USER: account.username,
  });
}
