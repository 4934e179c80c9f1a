// How an account is stored: a row of the table `account`.
import type { SqlValue } from '../../../core/context.ts';
import { settingColumns, settingsOf, settingsSelected, settingValues } from './packages/settings.ts';
import type { SettingsRow } from './packages/settings.ts';
import type { Account } from './accounts.ts';

/** The columns that an account sets, in the order of `valuesOf`. */
export const columns: readonly string[] = [
  'username',
  'domain',
  'owner',
  'package',
  'contact_email',
  'ip',
  'uid',
  'home',
  'shell_path',
  'mailbox_format',
  'backup',
  'created_at',
  'suspended_at',
  'suspend_reason',
  'suspend_locked',
  'blocks_used',
  'inodes_used',
  ...settingColumns,
];

/** The disk space of files and databases. NULL if the files were never measured. */
export const BLOCKS_USED = '(blocks_used + mysql_blocks_used + postgresql_blocks_used)';

/** For a SELECT: each column under the name of its property. */
export const selected = [
  'username',
  'domain',
  'owner',
  'package',
  'contact_email AS "contactEmail"',
  'ip',
  'uid',
  'home',
  'shell_path AS "shellPath"',
  'mailbox_format AS "mailboxFormat"',
  'backup',
  'created_at AS "createdAt"',
  'suspended_at AS "suspendedAt"',
  'suspend_reason AS "suspendReason"',
  'suspend_locked AS "suspendLocked"',
  `${BLOCKS_USED} AS "blocksUsed"`,
  'inodes_used AS "inodesUsed"',
  ...settingsSelected,
].join(', ');

/** An account as it is selected. */
export type Row = Omit<Account, 'settings' | 'backup' | 'suspendLocked'> & {
  readonly backup: 0 | 1;
  readonly suspendLocked: 0 | 1;
} & SettingsRow;

export function accountOf(row: Row): Account {
  return {
    username: row.username,
    domain: row.domain,
    owner: row.owner,
    package: row.package,
    contactEmail: row.contactEmail,
    ip: row.ip,
    uid: row.uid,
    home: row.home,
    shellPath: row.shellPath,
    mailboxFormat: row.mailboxFormat,
    backup: row.backup === 1,
    createdAt: row.createdAt,
    suspendedAt: row.suspendedAt,
    suspendReason: row.suspendReason,
    suspendLocked: row.suspendLocked === 1,
    blocksUsed: row.blocksUsed,
    inodesUsed: row.inodesUsed,
    settings: settingsOf(row),
  };
}

export function valuesOf(account: Account): SqlValue[] {
  return [
    account.username,
    account.domain,
    account.owner,
    account.package,
    account.contactEmail,
    account.ip,
    account.uid,
    account.home,
    account.shellPath,
    account.mailboxFormat,
    Number(account.backup),
    account.createdAt,
    account.suspendedAt,
    account.suspendReason,
    Number(account.suspendLocked),
    account.blocksUsed,
    account.inodesUsed,
    ...settingValues(account.settings),
  ];
}
