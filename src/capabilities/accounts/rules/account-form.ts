// The fields that accountsummary and listaccts return for an account. Each field is an SQL expression over the table of
// accounts, so that the database can filter and sort by any of them.
import type { TimePart } from '../../../core/dialect.ts';
import { ipv6Address } from './ipv6-in-sql.ts';
import {
  address,
  digits,
  flag,
  limit,
  NOTHING,
  number,
  numberOrNull,
  text,
  word,
  ZERO,
} from '../../../ground/rules/list-in-sql.ts';
import { BLOCKS_USED } from './rows.ts';
import type { Column, Columns, Sql } from '../../../ground/rules/list-in-sql.ts';
import { limitDocs } from './packages/package-form.ts';
import { names, rename, sortedByName } from './packages/settings.ts';

/** “26 Nov 24 17:50”: year, month and day, in UTC. */
function shortDate(milliseconds: string): Sql {
  return (dialect) => {
    const part = (name: TimePart) => dialect.timePart(name, milliseconds);
    const date = `substr(${part('year')}, 3) || ' ' || ${month(part('month'))} || ' ' || ${part('day')}`;
    return `${date} || ' ' || ${part('hour')} || ':' || ${part('minute')}`;
  };
}

/** “Tue Nov 24 17:50:00 2026”, in the format of ctime(3), in UTC. */
export function longDate(milliseconds: string): Sql {
  return (dialect) => {
    const part = (name: TimePart) => dialect.timePart(name, milliseconds);
    const weekday = `substr('SunMonTueWedThuFriSat', 1 + 3 * CAST(${part('weekday')} AS INTEGER), 3)`;
    const time = ['hour', 'minute', 'second'] as const;
    return [
      weekday,
      month(part('month')),
      part('day with a space'),
      time.map(part).join(` || ':' || `),
      part('year'),
    ].join(` || ' ' || `);
  };
}

function month(number: string): string {
  return `substr('JanFebMarAprMayJunJulAugSepOctNovDec', 3 * CAST(${number} AS INTEGER) - 2, 3)`;
}

/** In the format of `diskUsed`. */
const DISK_USED = `coalesce(((${BLOCKS_USED} + 1023) / 1024) || 'M', 'none')`;

/** Converts blocks of 1024 bytes to mebibytes. */
export function diskUsed(blocks: number): string {
  return `${Math.ceil(blocks / 1024)}M`;
}

/** A list that is always empty. */
const emptyList = (doc: string): Column => ({
  sql: ({ emptyList }) => emptyList,
  kind: 'list',
  field: { list: { type: 'string' }, doc },
});

/** The limits that have a field in lists. */
const limitColumns = rename(
  'inLists',
  Object.fromEntries(
    Object.entries(limitDocs).map(([key, doc]) => [
      key,
      limit(names[key as keyof typeof limitDocs].column, doc),
    ]),
  ) as Record<keyof typeof limitDocs, Column>,
);

/** 1 if this was set for the mail that the account sends. */
function sendsAs(outgoing: 'held' | 'suspended'): string {
  const own = 'mail_account.username = account.username';
  return `(SELECT COUNT(*) FROM mail_account WHERE ${own} AND mail_account.outgoing = '${outgoing}')`;
}

export const columns = sortedByName({
  backup: flag('backup', 'Whether the account is included in backups.'),
  child_nodes: emptyList('The other servers that have parts of the account. Always empty.'),
  disklimit: word(
    `coalesce(disk_limit || 'M', 'unlimited')`,
    'Disk space: “1000M” is 1000 MiB; or “unlimited”.',
  ),
  diskused: word(
    DISK_USED,
    'Disk space of files and databases: “12M” is 12 MiB, rounded up; “none” if it was never measured.',
  ),
  domain: word('domain', 'The main domain.'),
  email: word('contact_email', 'The contact address of the account’s owner; empty if none is set.'),
  inodeslimit: limit(NOTHING, 'How many files and folders; always “unlimited”.'),
  inodesused: numberOrNull(
    'inodes_used',
    'The number of files and directories; null if it was never measured.',
  ),
  ip: address('ip', 'The IP address.'),
  ipv6: {
    sql: ({ listOfOne }) => listOfOne(ipv6Address),
    kind: 'list',
    field: {
      list: { type: 'string' },
      doc: 'The IPv6 address in full, not shortened; empty if the account has none.',
    },
  },
  is_locked: flag('suspend_locked', 'Whether only root can unsuspend the account.'),
  is_temporary_domain: flag(
    ZERO,
    'Whether the domain is temporary. Always 0: this server has no temporary domains.',
  ),
  legacy_backup: flag(ZERO, 'Whether the account has legacy backups. Always 0: this server makes none.'),
  mailbox_format: word('mailbox_format', 'How mail is stored: maildir or mdbox.'),
  ...limitColumns,
  outgoing_mail_hold: flag(sendsAs('held'), 'Whether outgoing mail is held (hold_outgoing_email).'),
  outgoing_mail_suspended: flag(
    sendsAs('suspended'),
    'Whether outgoing mail is refused (suspend_outgoing_email).',
  ),
  owner: word('owner', 'The owner of the account: root or a reseller.'),
  partition: word(
    ({ position }) => `substr(home, 2, ${position(`substr(home, 2)`, `'/'`)} - 1)`,
    'The first folder on the way to the home: “home” for /home/bob.',
  ),
  plan: word('package', 'The package.'),
  shell: word('shell_path', 'The login shell.'),
  startdate: word(
    shortDate('created_at'),
    'The creation time: “26 Nov 24 17:50” is 24 November 2026, in UTC.',
  ),
  suspended: flag('CASE WHEN suspended_at IS NULL THEN 0 ELSE 1 END', 'Whether the account is suspended.'),
  suspendreason: text(
    `CASE WHEN suspended_at IS NULL THEN 'not suspended' ELSE suspend_reason END`,
    'Why the account is suspended; “not suspended” if it is not.',
  ),
  suspendtime: numberOrNull(
    'suspended_at / 1000',
    'When the account was suspended, in seconds since 1970; null if it is not.',
  ),
  temporary: flag(ZERO, 'Whether the account is temporary. Always 0.'),
  theme: word('theme', 'The theme of the interface.'),
  uid: digits('uid', 'The user ID on the server, as text.'),
  unix_startdate: number('created_at / 1000', 'The creation time, in seconds since 1970.'),
  user: word('username', 'The username.'),
} as const satisfies Columns);

/** The fields that a table of accounts shows by default. */
export const tableColumns = [
  ...(['user', 'domain', 'plan', 'owner', 'ip'] as const),
  ...(['diskused', 'disklimit', 'suspended'] as const),
] as const;

/** Only listaccts returns the fields about backups. */
export const listColumns = {
  ...columns,
  has_backup: flag(
    ZERO,
    'Whether there is a backup of the account. Always 0: this server makes no backups yet.',
  ),
} as const satisfies Columns;
