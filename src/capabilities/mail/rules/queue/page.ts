// Which messages of the queue are on a page, as far as the names of their files tell.
import type { MetaArguments } from '../../../../core/meta-arguments.ts';
import { select } from '../../../../core/shape.ts';
import type { PageOfNames, QueuedName } from './queued-message.ts';

/** Undefined if the call needs more than names. A message that cannot be read is counted, and missing on its page. */
export function pageByName(
  names: readonly QueuedName[],
  listQuery: MetaArguments | undefined,
): PageOfNames | undefined {
  if (listQuery === undefined) return undefined;
  const compared = [...(listQuery.filter?.filters ?? []), ...(listQuery.sort ?? [])];
  if (!compared.every(({ field }) => field === 'msgid' || field === 'time')) return undefined;
  const known = names.map(({ folder, msgid }) => ({ folder, msgid, time: timeOf(msgid) }));
  const { kept, ...counts } = select(known, 'records', listQuery);
  return { names: kept, counts };
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** When Exim received the message, in seconds since 1970: the first six characters of its ID, in base 62. */
function timeOf(msgid: string): number {
  let time = 0;
  for (const digit of msgid.slice(0, 6)) time = time * DIGITS.length + DIGITS.indexOf(digit);
  return time;
}
