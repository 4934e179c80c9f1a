// Finds messages by what became of them.
import { seesAll } from '../../../../core/access.ts';
import type { Context, Db } from '../../../../core/context.ts';
import type { Hash } from '../../../../core/values.ts';
import {
  flag,
  number,
  text,
  word,
  type Column,
  type Columns,
  type Condition,
} from '../../../../ground/rules/list-in-sql.ts';
import type { Leaving } from '../../../../ground/rules/long-list.ts';
import { readList, type ListedTable } from '../../../../ground/rules/stored-list.ts';
import * as accounts from '../../../accounts/rules/accounts.ts';
import { seenBy, TRACKED } from './seen.ts';
import { STRANGER } from './stored-mail.ts';

const orNull = (sql: string, doc: string): Column => ({
  ...text(sql, doc),
  field: { type: 'string|null', doc },
});

export const columns = {
  actiontime: text('logged_at', 'When the last attempt was: YYYY-MM-DD HH:MM:SS, in the server’s time zone.'),
  actionunixtime: number('acted_at', 'The same, as a Unix timestamp.'),
  deliveredto: orNull('delivered_to', 'Where it was delivered, after forwarders.'),
  deliverydomain: orNull('delivery_domain', 'The domain of that address.'),
  deliveryuser: orNull("nullif(delivery_user, '')", 'The account of that domain; null if it is elsewhere.'),
  domain: text('sender_domain', 'The domain of the sender.'),
  host: orNull('host', 'The server that it was sent to; null if none was.'),
  ip: orNull('ip', 'The IP address of that server.'),
  message: text('message', 'What that server answered, or why the delivery failed.'),
  msgid: text('msgid', 'Exim’s ID of the message.'),
  recipient: text('recipient', 'The address to which it was sent.'),
  router: text('router', 'The router of Exim.'),
  sender: text('sender', 'The address of the sender; empty for a bounce.'),
  senderauth: text(
    'sender_auth',
    'How the sender logged in: “localuser” for a program of this server, “unauthorized” for another server, or the authenticator of Exim.',
  ),
  senderhost: text('sender_host', 'The host that it came from.'),
  senderip: text('sender_ip', 'The IP address of that host.'),
  sendunixtime: number('sent_at', 'When the message arrived, as a Unix timestamp.'),
  size: number('size', 'The size of the message in bytes.'),
  spamscore: number('spam_score', 'Ten times the score of the spam filter; 0 if it did not look at it.'),
  transport: orNull('transport', 'The transport of Exim; null if it did not come so far.'),
  transport_is_remote: flag('is_remote', 'Whether it goes to another server.'),
  type: word('type', '“success”, “defer”, “failure” or “inprogress”.'),
  user: text(
    `CASE WHEN username <> '' THEN username WHEN sender_auth = '${STRANGER}' THEN '-remote-' ELSE '-system-' END`,
    'The account that sent it; “-remote-” for other servers, “-system-” for the server itself.',
  ),
} as const satisfies Columns;

/** In the order of the log. */
const tableOf = (from: string): ListedTable => ({
  from,
  key: 'CAST(id AS TEXT)',
  unique: [],
  order: 'id',
  recordsOfKeys: ({ jsonListOf, eachOf }, record) =>
    `SELECT ${jsonListOf(record, 'wanted.key')} AS json
     FROM (SELECT key, value FROM ${eachOf('?', 'listed')}) AS wanted CROSS JOIN ${from} WHERE id = CAST(wanted.value AS BIGINT)`,
});

const TABLE: ListedTable = {
  ...tableOf(TRACKED),
  *inOrder(reading, { record, where, values }) {
    const sql = `SELECT CAST(${record} AS TEXT) AS record, id FROM ${TRACKED}
      WHERE (${where}) AND id > ? ORDER BY id LIMIT 100`;
    for (let last = 0; ;) {
      const rows = reading.all(sql, ...values, last) as { record: string; id: number }[];
      if (rows.length === 0) return;
      yield `[${rows.map((row) => row.record).join(',')}]`;
      last = rows.at(-1)?.id ?? Infinity;
    }
  },
};

export interface Wanted {
  readonly types: readonly ('success' | 'defer' | 'failure' | 'inprogress')[];
  readonly deliverytype: 'all' | 'remote' | 'local';
  /** The most of each type: the newest. 0: all. */
  readonly most: number;
}

export function search(
  context: Pick<Context, 'db' | 'caller' | 'listQuery' | 'reportCounts'> & Leaving,
  { types, deliverytype, most }: Wanted,
): Promise<Hash[]> {
  const { db, caller } = context;
  const seen = seenBy(db, caller);
  const isRemote = deliverytype === 'all' ? 'TRUE' : `is_remote = ${deliverytype === 'remote' ? 1 : 0}`;
  const all = { where: `${seen.where} AND ${isRemote}`, values: seen.values };
  const condition = most === 0 ? allOf(all, types) : newestOf(all, types, most);
  if (seesAll(caller)) return readList(context, TABLE, { columns, condition });
  return readList(context, tableOfSender(db, caller), { columns: { ...columns, ...hiding }, condition });
}

function allOf({ where, values }: Condition, types: Wanted['types']): Condition {
  if (types.length === 0) return { where: 'FALSE', values: [] };
  return {
    where: `${where} AND type IN (${types.map(() => '?').join(', ')})`,
    values: [...values, ...types],
  };
}

function newestOf({ where, values }: Condition, types: Wanted['types'], most: number): Condition {
  const one = `id IN (SELECT id FROM (SELECT id FROM ${TRACKED} WHERE ${where} AND type = ?
    ORDER BY acted_at DESC, id DESC LIMIT ?) AS newest)`;
  return {
    where: types.map(() => one).join(' OR ') || 'FALSE',
    values: types.flatMap((type) => [...values, type, most]),
  };
}

/**
 * The sender of a message sees what became of it at the address that it wrote to. Where somebody else’s forwarder sent it
 * on is not the sender’s business: `is_hidden`.
 */
function tableOfSender(db: Db, caller: Context['caller']): ListedTable {
  const { where, values } = accounts.visibleTo(db, caller);
  const isOthers = (user: string) => `${user} NOT IN (SELECT username FROM account WHERE ${where})`;
  const isHidden = `recipient_user <> '' AND ${isOthers('recipient_user')} AND ${isOthers('delivery_user')}
    AND delivered_to <> recipient`;
  const from = `(SELECT tracked.*, CASE WHEN ${isHidden} THEN 1 ELSE 0 END AS is_hidden FROM ${TRACKED}) AS tracked`;
  return { ...tableOf(from), values: [...values, ...values] };
}

const unlessHidden = (column: Column, otherwise: string): Column => ({
  ...column,
  sql: `CASE is_hidden WHEN 0 THEN ${column.sql as string} ELSE ${otherwise} END`,
});

/** What is behind the last “@”. */
const RECIPIENT_DOMAIN = `substr(recipient, length(rtrim(recipient, replace(recipient, '@', ''))) + 1)`;

const hiding = {
  deliveredto: unlessHidden(columns.deliveredto, 'recipient'),
  deliverydomain: unlessHidden(columns.deliverydomain, RECIPIENT_DOMAIN),
  deliveryuser: unlessHidden(columns.deliveryuser, 'NULL'),
  host: unlessHidden(columns.host, 'NULL'),
  ip: unlessHidden(columns.ip, 'NULL'),
  message: unlessHidden(columns.message, "''"),
  router: unlessHidden(columns.router, "''"),
  transport: unlessHidden(columns.transport, 'NULL'),
};
