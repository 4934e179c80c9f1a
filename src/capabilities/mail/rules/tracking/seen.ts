// Which mail a caller sees: root all of it, a reseller what its accounts have sent or received, and an account its own.
import { seesAll } from '../../../../core/access.ts';
import type { Caller, Db } from '../../../../core/context.ts';
import type { Condition } from '../../../../ground/rules/list-in-sql.ts';
import { visibleTo } from '../../../accounts/rules/accounts.ts';

/** For a FROM: what became of the messages of this server, for each recipient. */
export const TRACKED = `(SELECT mail_delivery.*, sent_at, sender, sender_domain, username, sender_auth, sender_host, sender_ip,
    size, spam_score FROM mail_delivery JOIN mail_message USING (server, msgid)) AS tracked`;

/** The condition of a WHERE for `TRACKED`. */
export function seenBy(db: Db, caller: Caller): Condition {
  const here = { where: 'server = ?', values: [db.server] };
  if (seesAll(caller)) return here;
  const { where, values } = visibleTo(db, caller);
  const own = `(SELECT username FROM account WHERE ${where})`;
  // By the three indexes.
  const ids = `SELECT id FROM mail_delivery WHERE recipient_user <> '' AND recipient_user IN ${own}
    UNION SELECT id FROM mail_delivery WHERE delivery_user <> '' AND delivery_user IN ${own}
    UNION SELECT mail_delivery.id FROM mail_message JOIN mail_delivery USING (server, msgid) WHERE username IN ${own}`;
  return {
    where: `${here.where} AND id IN (${ids})`,
    values: [...here.values, ...values, ...values, ...values],
  };
}

/** The same for `mail_message`: what the accounts of the caller have sent. */
export function sentBySeen(db: Db, caller: Caller): Condition {
  const { where, values } = visibleTo(db, caller);
  return { where: `username IN (SELECT username FROM account WHERE ${where})`, values };
}
