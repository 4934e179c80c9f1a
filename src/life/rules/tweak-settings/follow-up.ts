// Tasks that bring this server up to date after a tweak setting has changed.
import type { Db } from '../../../core/context.ts';
import { MEASURE } from '../disk-usage.ts';
import { LIMIT, SETTING } from '../../../capabilities/databases/rules/connection-limit.ts';
import {
  CONFIGURE,
  SETTING as REMOTE_CLIENTS,
} from '../../../capabilities/databases/rules/remote-clients.ts';
import { APPLY } from '../../../capabilities/domains/rules/service-subdomains.ts';
import * as outgoingSmtp from '../../../capabilities/mail/rules/outgoing-smtp.ts';
import * as mail from '../../../capabilities/mail/rules/server-settings.ts';
import * as spam from '../../../capabilities/mail/rules/spam/settings.ts';
import * as queue from '../../../ground/rules/tasks/queue.ts';

const TASKS: Readonly<Record<string, string>> = {
  proxysubdomains: APPLY,
  overwritecustomproxysubdomains: APPLY,
  autodiscover_proxy_subdomains: APPLY,
  disk_usage_include_sqldbs: MEASURE,
  [SETTING]: LIMIT,
  [REMOTE_CLIENTS]: CONFIGURE,
  ...Object.fromEntries(mail.FOLLOWED.map((key) => [key, mail.CONFIGURE])),
  [mail.QUEUE_INTERVAL]: mail.CONFIGURE_UNITS,
  [outgoingSmtp.SETTING]: outgoingSmtp.RESTRICT,
  [spam.OFF]: spam.CONFIGURE,
  [spam.REFUSED]: spam.CONFIGURE,
};

/**
 * Starts the tasks of settings that were set, unless they already wait. @returns their IDs.
 */
export async function followUp(
  db: Db,
  keys: readonly string[],
  { caller, now }: { readonly caller: string; readonly now: number },
): Promise<number[]> {
  const kinds = new Set(keys.flatMap((key) => (Object.hasOwn(TASKS, key) ? [TASKS[key] ?? ''] : [])));
  const ids: number[] = [];
  for (const kind of kinds) {
    const waiting = await db.get<{ id: number }>(
      "SELECT id FROM task WHERE server = ? AND kind = ? AND input = '{}' AND state = 'waiting' AND attempts = 0 LIMIT 1",
      ...[db.server, kind],
    );
    ids.push(waiting?.id ?? (await queue.add(db, { kind, input: {}, caller, xid: '' }, { now })));
  }
  return ids;
}
