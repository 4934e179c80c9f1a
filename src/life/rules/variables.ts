// What Variables::get_user_information returns about the calling account.
import type { Context } from '../../core/context.ts';
import type { Field, Fields } from '../../core/define.ts';
import { BYTES_OF_MEBIBYTE } from '../../capabilities/bandwidth/rules/exceeded.ts';
import { preferredType } from '../../capabilities/certificates/rules/key-types.ts';
import * as contacts from '../../capabilities/notify/rules/account-contacts.ts';
import * as notifications from '../../capabilities/notify/rules/account-notifications.ts';
import * as hostedDomains from '../../capabilities/domains/rules/hosted-domains.ts';
import { ofAccount } from '../../capabilities/accounts/rules/features/overrides.ts';
import type { Limit } from '../../capabilities/accounts/rules/packages/settings.ts';
import type { Account } from '../../capabilities/accounts/rules/accounts.ts';

const limit = (doc: string) => ({ type: 'any', optional: true, doc: `${doc}, or “unlimited”.` }) as const;
const text = (doc: string) => ({ type: 'string', optional: true, doc }) as const;
const number = (doc: string) => ({ type: 'integer', optional: true, doc }) as const;
const flag = (doc: string) => ({ type: 'flag', optional: true, doc }) as const;

const notificationVariables = Object.fromEntries(
  notifications.names.map((name) => [
    name,
    flag(`1 if the owner is notified: ${notifications.meaningOf(name)}`),
  ]),
) as Readonly<Record<notifications.Preference, ReturnType<typeof flag>>>;

export const userVariables = {
  backup_enabled: flag('1 if the account is part of backups.'),
  bandwidth_limit: number('The monthly bandwidth in bytes; 0 is unlimited.'),
  cgi_enabled: flag('1 if it may run CGI scripts.'),
  contact_email: text('Its contact address.'),
  contact_email_2: text('Its second contact address. Empty: none.'),
  created: number('When it was created, in seconds since 1970-01-01.'),
  database_owner: text('The account whose databases it uses: itself.'),
  demo_mode: flag('Always 0: this server has no demo mode.'),
  disk_block_limit: number('The disk space in blocks of 1024 bytes; 0 is unlimited.'),
  domain: text('Its main domain.'),
  domains: { list: { type: 'string' }, optional: true, doc: 'Its other domains.' },
  feature: { keys: 'FEATURE', map: { type: 'flag' }, optional: true, doc: 'Its features.' },
  feature_list: text('Its feature list.'),
  gid: number('The ID of its group on the machine.'),
  home: text('Its home directory.'),
  ip: text('The IPv4 address of its sites.'),
  lang: text('The same as locale, for old clients.'),
  locale: text('The locale of its package.'),
  mailbox_format: text('The format of its mailboxes.'),
  maximum_addon_domains: limit('The maximum number of addon domains'),
  maximum_databases: limit('The maximum number of databases of each kind'),
  maximum_defer_fail_percentage: limit('The maximum percentage of messages that may fail'),
  maximum_email_account_disk_quota: limit('The maximum quota of an email account in MiB'),
  maximum_emails_per_hour: limit('The maximum number of messages per hour'),
  maximum_ftp_accounts: limit('The maximum number of FTP accounts'),
  maximum_mail_accounts: limit('The maximum number of email accounts'),
  maximum_mailing_lists: limit('The maximum number of mailing lists'),
  maximum_parked_domains: limit('The maximum number of parked domains'),
  maximum_subdomains: limit('The maximum number of subdomains'),
  ...notificationVariables,
  owner: text('Its owner: root or a reseller.'),
  plan: text('Its package.'),
  shell: text('Its login shell.'),
  ssl_default_key_type: text('The kind of key of its new certificates: rsa-2048.'),
  theme: text('Its theme.'),
  uid: number('The ID of its user on the machine.'),
  user: text('Its name.'),
} as const satisfies Fields;

type Name = keyof typeof userVariables;
export const userVariableNames = Object.keys(userVariables) as Name[];

/** The parameter that selects variables. */
export function namesParam<const Names extends readonly string[]>(names: Names) {
  return {
    type: 'string',
    list: true,
    values: names,
    doc: 'Only these variables. Repeatable. Default: all that this server knows.',
  } as const;
}

/** @param gid undefined if the machine does not have the user. */
export async function userInformation(
  { db }: Pick<Context, 'db'>,
  account: Account,
  gid: number | undefined,
) {
  const { settings, username } = account;
  const hosted = await hostedDomains.listOf(db, username);
  const features = await ofAccount(db, account);
  const addresses = await contacts.addressesOf(db, account);
  const notified = await notifications.list(db, username);
  return {
    backup_enabled: Number(account.backup),
    bandwidth_limit: (settings.bandwidthLimit ?? 0) * BYTES_OF_MEBIBYTE,
    cgi_enabled: Number(settings.cgi),
    contact_email: account.contactEmail,
    contact_email_2: addresses.find((address) => address !== account.contactEmail) ?? '',
    created: Math.floor(account.createdAt / 1000),
    database_owner: username,
    demo_mode: 0,
    disk_block_limit: (settings.diskLimit ?? 0) * 1024,
    domain: account.domain,
    domains: hosted.map(({ domain }) => domain),
    feature: Object.fromEntries([...features].map(([id, has]) => [id, Number(has)])),
    feature_list: settings.featureList,
    ...(gid === undefined ? {} : { gid }),
    home: account.home,
    ip: account.ip,
    lang: settings.locale,
    locale: settings.locale,
    mailbox_format: account.mailboxFormat,
    maximum_addon_domains: shown(settings.maxAddonDomains),
    maximum_databases: shown(settings.maxDatabases),
    maximum_defer_fail_percentage: shown(settings.maxDeferFailPercentage),
    maximum_email_account_disk_quota: shown(settings.maxMailboxQuota),
    maximum_emails_per_hour: shown(settings.maxEmailPerHour),
    maximum_ftp_accounts: shown(settings.maxFtpAccounts),
    maximum_mail_accounts: shown(settings.maxMailboxes),
    maximum_mailing_lists: shown(settings.maxMailingLists),
    maximum_parked_domains: shown(settings.maxParkedDomains),
    maximum_subdomains: shown(settings.maxSubdomains),
    ...(Object.fromEntries(notified.map(({ name, enabled }) => [name, enabled])) as Readonly<
      Record<notifications.Preference, 0 | 1>
    >),
    owner: account.owner,
    plan: account.package,
    shell: account.shellPath,
    ssl_default_key_type: await preferredType(db, username),
    theme: settings.theme,
    uid: account.uid,
    user: username,
  };
}

function shown(most: Limit): number | string {
  return most ?? 'unlimited';
}

/** Keeps only the named variables. Without names, keeps all. */
export function selected<Values extends object>(values: Values, names: readonly string[]): Partial<Values> {
  if (names.length === 0) return values;
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => names.includes(name)),
  ) as Partial<Values>;
}

/** What get_server_information returns. */
export const serverVariables = {
  allow_park_subdomain_on_hostname: flag('1 if accounts may add subdomains of the hostname.'),
  allow_remote_domains: flag('1 if accounts may add domains that another server answers for.'),
  allow_unregistered_domains: flag('1 if accounts may add domains that are not registered.'),
  database_prefix_required: flag('1 if names of databases must begin with the account’s name.'),
  disable_boxtrapper: flag('Always 1: this server has no BoxTrapper.'),
  disable_mailman: flag('1 if accounts have no mailing lists.'),
  disable_roundcube: flag('1 if this server has no webmail.'),
  disable_spamassassin: flag('1 if an administrator has switched off the spam filter for all accounts.'),
  disable_spambox: flag('Always 0: accounts can have spam delivered to a folder.'),
  docroots_in_public_html_only: flag('1 if document roots must be in public_html.'),
  file_upload_maximum_bytes: {
    type: 'any',
    optional: true,
    doc: 'The maximum size of an uploaded file in bytes. Null: unlimited.',
  },
  file_upload_must_leave_bytes: number('How many bytes of the quota an upload must leave.'),
  ftp_server: {
    type: 'string|null',
    optional: true,
    doc: 'The FTP server: proftpd. Null: none is active.',
  },
  local_nameserver_type: text('The nameserver of this server.'),
  mail_server: {
    type: 'string|null',
    optional: true,
    doc: 'The server for IMAP and POP3: dovecot. Null: none is active.',
  },
  mailbox_storage_format: text('The format of new mailboxes: maildir.'),
  minimum_password_strength: number('The minimum strength of passwords, 0 to 100.'),
  minimum_password_strength_mysql: number('The same for MySQL users.'),
  mysql_host: text('The host of the account’s MySQL server.'),
  php_system_default_version: {
    type: 'string|null',
    optional: true,
    doc: 'The default version of PHP: ea-php84. Null: none is installed.',
  },
  ssl_default_key_type: text('The kind of key of new certificates: rsa-2048.'),
  version: text('The version of this program.'),
} as const satisfies Readonly<Record<string, Field>>;
export const serverVariableNames = Object.keys(serverVariables) as (keyof typeof serverVariables)[];
