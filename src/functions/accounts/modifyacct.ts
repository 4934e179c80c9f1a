import { changeAccount } from '../../life/plans/change-account.ts';
import { tellAboutRenamed } from '../../capabilities/databases/plans/databases/rename-mysql.ts';
import {
  lookForPrefixed,
  renameWithAccount,
  type FoundToRename,
  type RenamingOfDatabases,
} from '../../capabilities/databases/plans/databases/rename-with-account.ts';
import { authorise } from '../../core/access.ts';
import type { Context, FreeContext } from '../../core/context.ts';
import { defineFunction } from '../../core/define.ts';
import {
  lookAtAccessFiles,
  type FoundAccessFiles,
} from '../../capabilities/access-files/driver/look-access-files.ts';
import { look as lookAtParts, paramsFor, wishesFrom } from '../../life/driver/account-parts.ts';
import { followed } from '../../capabilities/access-files/rules/followed.ts';
import {
  accountName,
  domainName,
  emailAddress,
  existingAccount,
  findMachineNames,
} from '../../ground/rules/accounts/names.ts';
import { isQuotaEnabled, warnOfQuota } from '../../capabilities/accounts/rules/quota.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as changedAccount from '../../life/rules/changed-account.ts';
import { flagFor, givenIn } from '../../capabilities/notify/rules/account-notifications.ts';
import { ROOT as USERS_ROOT } from '../../capabilities/access-files/rules/directory-privacy/directories.ts';
import { listOf } from '../../capabilities/domains/rules/hosted-domains.ts';
import { renamesOf } from '../../capabilities/domains/rules/renamed-domains.ts';
import { virtualHostsOf } from '../../capabilities/domains/rules/virtual-hosts.ts';
import { usesPrefix } from '../../capabilities/databases/rules/names.ts';
import { forceParam } from '../../capabilities/domains/rules/reserved-domains.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';
import * as form from '../../capabilities/accounts/rules/packages/package-form.ts';

export default defineFunction({
  name: 'modifyacct',
  since: 11,
  summary: 'Change an account: its name, domain, owner, shell or settings.',
  description:
    'What is not given stays as it is. A new username also renames the home and moves what the account owns, and its ' +
    'processes end. With a new domain, subdomains of the former one become subdomains of the new one and keep their files. ' +
    'The DNS zone is renamed: names in it follow, and texts such as SPF records stay. Parked and addon domains keep their ' +
    'names. Redirects and protected directories follow both. Databases keep their names, unless ' +
    'rename_database_objects is 1. If any step fails, all earlier steps are undone.',
  access: ['edit-account'],
  effect: 'operates',
  params: {
    user: { ...existingAccount, required: true, doc: 'The account.' },
    newuser: { ...accountName, actsOn: false, doc: 'The new username.' },
    domain: { ...domainName, alias: ['DNS'], doc: 'The new main domain.' },
    force: forceParam,
    owner: {
      ...accountName,
      completes: 'login',
      actsOn: false,
      doc:
        'The account’s new owner: root, a reseller, or the account itself. Only root can transfer the account to ' +
        'another owner.',
    },
    contactemail: { ...emailAddress, doc: 'The email address of the account’s owner.' },
    plan: {
      ...packages.existingPackage,
      alias: ['pkg'],
      doc: 'A new package. The account gets its settings, as with changepackage. Requires upgrade-account.',
    },
    ...form.paramsFor('ofAccount', { without: ['featureList', 'dedicatedIp', 'digestAuth'] }),
    RS: { ...form.settingParams.theme, alias: ['CPTHEME'], doc: 'The theme.' },
    LOCALE: { ...form.settingParams.locale, alias: ['LANG'] },
    HASCGI: { ...form.settingParams.cgi, doc: '1: allow CGI scripts. 0: forbid them.' },
    HASSHELL: { ...form.settingParams.shell, doc: '1: enable the login shell. 0: disable it.' },
    shell: {
      type: 'string',
      pattern: {
        matches: /^(?=.{1,255}$)(?:\/(?!-|\.+(?:\/|$))[A-Za-z0-9._+-]+)+$/,
        expects: 'the path of a shell, such as /bin/bash',
      },
      doc: 'The path of the login shell. Only root can choose one.',
    },
    BACKUP: { type: 'flag', doc: '1: back the account up.' },
    MAILBOX_FORMAT: {
      type: 'string',
      values: ['maildir'],
      doc: 'The format in which its mail is stored. This server has no other one.',
    },
    STARTDATE: {
      type: 'integer',
      min: 0,
      max: 253_402_300_799,
      doc: 'The creation time, in seconds since 1970.',
    },
    DISK_BLOCK_LIMIT: {
      type: 'integer',
      doc: 'The disk limit in blocks.',
      noEffectReason: 'use QUOTA, in MiB.',
    },
    reseller: {
      type: 'flag',
      doc: 'Whether it is a reseller.',
      noEffectReason: 'use setupreseller and unsetupreseller.',
    },
    STYLE: { type: 'string', doc: 'The style of the theme.', noEffectReason: 'themes have no styles here.' },
    HASDKIM: {
      type: 'flag',
      doc: 'Whether its mail is signed.',
      noEffectReason: 'use enable_dkim and disable_dkim.',
    },
    HASDMARC: {
      type: 'flag',
      doc: 'Whether it has a DMARC policy.',
      noEffectReason: 'use apply_dmarc and remove_dmarc.',
    },
    HASSPF: {
      type: 'flag',
      doc: 'Whether it has an SPF record.',
      noEffectReason: 'use install_spf_records.',
    },
    OUTGOING_EMAIL_SUSPENDED: {
      type: 'flag',
      doc: 'Whether it is forbidden to send mail.',
      noEffectReason: 'use suspend_outgoing_email and unsuspend_outgoing_email.',
    },
    ...paramsFor('changed'),
    mail_node_alias: {
      type: 'string',
      doc: 'The server that keeps its mail.',
      noEffectReason: 'mail is kept on this server.',
    },
    update_existing_email_account_quotas: {
      type: 'flag',
      doc: 'Whether existing email accounts get the new quota.',
      noEffectReason: 'mailboxes keep their quotas: use Email::edit_pop_quota.',
    },
    DBOWNER: {
      type: 'string',
      doc: 'The name with which its databases begin.',
      noEffectReason: 'databases begin with the username here. Use newuser and rename_database_objects.',
    },
    rename_database_objects: {
      type: 'flag',
      default: 0,
      doc:
        'With newuser, 1: databases and their users that begin with the old username begin with the new one afterwards. ' +
        'Applications that use them need the new names. 0: they keep their names.',
    },
    MAXPASSENGERAPPS: {
      type: 'string',
      doc: 'The maximum number of Passenger applications.',
      noEffectReason: 'this server does not manage applications yet.',
    },
    modify_firewall: {
      type: 'flag',
      doc: 'Whether to open ports.',
      noEffectReason: 'this server has no firewall rules for accounts.',
    },
    account_enhancements: {
      type: 'string',
      doc: 'Enhancements of the account.',
      noEffectReason: 'this server has no account enhancements.',
    },
    remove_missing_extensions: {
      type: 'string',
      doc: 'The extensions to remove.',
      noEffectReason: 'extensions belong to packages here.',
    },
    PUSHBULLET_ACCESS_TOKEN: {
      type: 'string',
      sensitive: true,
      doc: 'A Pushbullet token.',
      noEffectReason:
        'the account sets its own, with ContactInformation::set_pushbullet_access_token of UAPI.',
    },
    notify_account_authn_link: flagFor('notify_account_authn_link'),
    notify_account_authn_link_notification_disabled: flagFor(
      'notify_account_authn_link_notification_disabled',
    ),
    notify_autossl_expiry: flagFor('notify_autossl_expiry'),
    notify_autossl_expiry_coverage: flagFor('notify_autossl_expiry_coverage'),
    notify_autossl_renewal: flagFor('notify_autossl_renewal'),
    notify_autossl_renewal_coverage: flagFor('notify_autossl_renewal_coverage'),
    notify_contact_address_change: flagFor('notify_contact_address_change'),
    notify_contact_address_change_notification_disabled: flagFor(
      'notify_contact_address_change_notification_disabled',
    ),
    notify_disk_limit: flagFor('notify_disk_limit'),
    notify_password_change: flagFor('notify_password_change'),
    notify_password_change_notification_disabled: flagFor('notify_password_change_notification_disabled'),
    notify_ssl_expiry: {
      type: 'flag',
      doc: 'Whether the owner is notified: A certificate expires soon that AutoSSL does not renew.',
      noEffectReason: 'this server does not send this notification yet.',
    },
    notify_autossl_renewal_coverage_reduced: {
      ...flagFor('notify_autossl_renewal_coverage_reduced'),
      extension: true,
    },
    notify_autossl_renewal_uncovered_domains: {
      ...flagFor('notify_autossl_renewal_uncovered_domains'),
      extension: true,
    },
    notify_bandwidth_limit: { ...flagFor('notify_bandwidth_limit'), extension: true },
    notify_twofactorauth_change: { ...flagFor('notify_twofactorauth_change'), extension: true },
    notify_twofactorauth_change_notification_disabled: {
      ...flagFor('notify_twofactorauth_change_notification_disabled'),
      extension: true,
    },
  },
  emptyIsOmitted: true,
  returns: {
    user: { type: 'string', doc: 'The username after the change.' },
    domain: { type: 'string', doc: 'The main domain after the change.' },
    setshell: { type: 'string', doc: 'The login shell after the change, or “unmodified”.' },
    cpuser: {
      map: { type: 'any' },
      keys: 'SETTING',
      doc: 'The settings after the change, by the names under which WHM stores them.',
    },
  },
  examples: [
    {
      args: { user: 'bob', newuser: 'robert', domain: 'robert.example' },
      doc: 'Rename “bob” and change its domain.',
      setUp: ['createacct'],
    },
    {
      args: { user: 'bob', QUOTA: '2048', HASSHELL: '1' },
      doc: 'More disk space, and a login shell.',
      setUp: ['createacct'],
    },
  ],

  async look({ user, newuser, domain, rename_database_objects: renames }, context) {
    const { machine } = context;
    const names = { from: user, to: newuser ?? user };
    return {
      databases: renames && names.to !== user ? await lookForPrefixed(context, names) : undefined,
      ofMachine: await findMachineNames(machine, newuser === undefined ? [] : [newuser]),
      hasQuota: await isQuotaEnabled({ machine }),
      found: domain === undefined ? {} : await lookAtParts(context, { domain, username: user }),
      accessFiles:
        newuser === undefined && domain === undefined ? undefined : await lookForAccessFiles(context, user),
    };
  },

  async handler(args, context, { databases: foundDatabases, ofMachine, hasQuota, found, accessFiles }) {
    const before = await accounts.get(context.db, context.caller, args.user);
    const plan = args.plan === undefined ? undefined : await packageFor(context, args.plan);
    const changes = {
      package: plan,
      username: args.newuser,
      domain: args.domain,
      force: args.force,
      owner: args.owner,
      contactEmail: args.contactemail,
      shellPath: args.shell,
      backup: args.BACKUP,
      mailboxFormat: args.MAILBOX_FORMAT,
      createdAt: args.STARTDATE === undefined ? undefined : args.STARTDATE * 1000,
      settings: form.readArguments('ofAccount', args),
    };
    const after = await changedAccount.plan(context, before, changes, ofMachine);
    if (plan !== undefined && plan.settings.dedicatedIp !== before.settings.dedicatedIp) {
      context.warn(`The account “${before.username}” keeps its IP address.`);
    }
    if (after.settings.diskLimit !== before.settings.diskLimit)
      warnOfQuota(context, hasQuota, after.settings);
    const change = { before, after, packageSettings: plan?.settings, notifications: givenIn(args) };
    const databases = await databasesFor(context, args, foundDatabases);
    const wishes = wishesFrom('changed', args);
    const all = { ...found, accessFiles: await filesFollowing(context, { before, after }, accessFiles) };
    const data = {
      user: after.username,
      domain: after.domain,
      setshell: after.shellPath === before.shellPath ? 'unmodified' : after.shellPath,
      cpuser: changedAccount.show(after),
    };
    context.plan(await changeAccount(context, change, [], { found: all, databases, wishes }), (results) => {
      tellAboutRenamed(context, databases?.mysqlDatabases ?? [], results);
      return data;
    });
    return data;
  },
});

/** Reads the files in which this program may have written the home or a domain of the account. */
async function lookForAccessFiles(
  { machine, caller, transaction }: FreeContext,
  user: string,
): Promise<FoundAccessFiles> {
  const folders = await transaction('reads', async (db) => {
    const account = await accounts.get(db, caller, user);
    const hosts = await virtualHostsOf(db, account);
    return hosts.map(({ documentRoot }) => documentRoot.slice(account.home.length + 1));
  });
  return lookAtAccessFiles(machine, user, { folders, mirror: USERS_ROOT });
}

/** Those that change. */
async function filesFollowing(
  { db, warn }: Context,
  { before, after }: { readonly before: accounts.Account; readonly after: accounts.Account },
  found: FoundAccessFiles | undefined,
) {
  if (found === undefined) return [];
  const renames = renamesOf(before, after, await listOf(db, before.username));
  if (before.home === after.home && renames.size === 0) return [];
  for (const path of found.unreadable.slice(0, MAX_NAMED)) {
    warn(`“${path}” cannot be read, so it keeps the former home and domains, if it names them.`);
  }
  return found.files
    .map(({ path, text }) => ({
      path,
      before: text,
      after: followed(text, { from: before.home, to: after.home, renames }),
    }))
    .filter((file) => file.before !== file.after);
}

/** The maximum number of files that warnings name. */
const MAX_NAMED = 10;

/** Those that get another name. */
async function databasesFor(
  context: Context,
  {
    user,
    newuser,
    rename_database_objects: renames,
  }: Readonly<Record<string, unknown>> & {
    readonly user: string;
    readonly newuser?: string | undefined;
    readonly rename_database_objects: boolean;
  },
  found: FoundToRename | undefined,
): Promise<RenamingOfDatabases | undefined> {
  if (!renames) return undefined;
  if (found === undefined || newuser === undefined) {
    context.warn('The databases keep their names, because the account keeps its own.');
    return undefined;
  }
  if (!(await usesPrefix(context.db))) {
    context.warn('The databases keep their names, because databases need no prefix on this server.');
    return undefined;
  }
  return renameWithAccount(context, { from: user, to: newuser }, found);
}

/** Requires the same privilege as changepackage. */
async function packageFor({ caller, db }: Context, name: string): Promise<packages.Package> {
  authorise(caller, 'modifyacct plan=', ['upgrade-account']);
  return packages.get(db, caller, name);
}
