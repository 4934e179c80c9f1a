// Tasks that bring this server up to date after a tweak setting has changed: each says which settings it follows.
import type { Db } from '../../../core/context.ts';
import * as queue from '../../../ground/rules/tasks/queue.ts';

/**
 * Starts the tasks of settings that were set, unless they already wait. @returns their IDs.
 */
export async function followUp(
  db: Db,
  keys: readonly string[],
  { caller, now }: { readonly caller: string; readonly now: number },
): Promise<number[]> {
  const { followers } = await import('../../../capabilities/followers.generated.ts');
  const kinds = new Set(keys.flatMap((key) => (Object.hasOwn(followers, key) ? (followers[key] ?? []) : [])));
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
