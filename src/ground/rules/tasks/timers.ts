// Timers that start tasks. Each server has its own timers, because their tasks concern its machine.
import type { Db } from '../../../core/context.ts';
import type { Timer } from '../../../core/task.ts';
import * as queue from './queue.ts';
import * as tasks from './tasks.ts';

const HOUR_MS = 3_600_000;

export interface StoredTimer {
  readonly server: string;
  readonly kind: string;
  /** In milliseconds since 1970-01-01. */
  readonly nextAt: number;
  readonly everyMs: number;
}

export function list(db: Db): Promise<StoredTimer[]> {
  return db.all<StoredTimer>(
    'SELECT server, kind, next_at AS "nextAt", every AS "everyMs" FROM task_timer ORDER BY server, kind',
  );
}

/**
 * Returns when a timer is due next after `now`: at its hour of the server's day, or after its interval.
 * @param last when it was due last. Default: now.
 */
function nextAfter({ everyMs, hour, keepsMinute }: Timer, now: number, last = now): number {
  if (hour === undefined) return now + everyMs;
  const next = new Date(now);
  next.setHours(hour, keepsMinute === true ? new Date(last).getMinutes() : 0, 0, 0);
  while (next.getTime() <= now) next.setDate(next.getDate() + 1);
  return next.getTime();
}

/** Returns the differences between the stored timers of this server and those of its program. */
export async function changes(
  db: Db,
  timers: Readonly<Record<string, Timer>>,
  now: number,
): Promise<{ readonly gone: readonly string[]; readonly fresh: readonly (readonly [string, Timer])[] }> {
  const stored = new Map((await own(db)).map((timer) => [timer.kind, timer]));
  return {
    gone: [...stored.keys()].filter((kind) => !Object.hasOwn(timers, kind)),
    fresh: Object.entries(timers).filter(([kind, timer]) => {
      const there = stored.get(kind);
      // A later time was stored while the clock was ahead, and would delay the task. The extra hour is for changes to
      // daylight saving time.
      const latest = now + timer.everyMs + HOUR_MS;
      return there?.everyMs !== timer.everyMs || there.nextAt > latest;
    }),
  };
}

/** Stores the timers of this version of the program. */
export async function update(db: Db, timers: Readonly<Record<string, Timer>>, now: number): Promise<void> {
  const { gone, fresh } = await changes(db, timers, now);
  for (const kind of [...gone, ...fresh.map(([name]) => name)]) {
    await db.run('DELETE FROM task_timer WHERE server = ? AND kind = ?', db.server, kind);
  }
  for (const [kind, timer] of fresh) {
    await db.run(
      'INSERT INTO task_timer (server, kind, next_at, every) VALUES (?, ?, ?, ?)',
      ...[db.server, kind, nextAfter(timer, now), timer.everyMs],
    );
  }
}

/** Returns when the first timer is due. Undefined if there is none. */
export async function nextDue(db: Db): Promise<number | undefined> {
  const times = (await own(db)).map(({ nextAt }) => nextAt);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Adds the tasks of all timers that are due, unless the server lacks their role. If a timer's last task is still waiting or running, none is added. */
export async function start(
  db: Db,
  timers: Readonly<Record<string, Timer>>,
  {
    now,
    xid,
    roles,
  }: { readonly now: number; readonly xid: () => string; readonly roles: ReadonlySet<string> },
): Promise<void> {
  for (const { kind, nextAt } of await own(db)) {
    const timer = timers[kind];
    if (timer === undefined || nextAt > now) continue;
    await db.run(
      'UPDATE task_timer SET next_at = ? WHERE server = ? AND kind = ?',
      ...[nextAfter(timer, now, nextAt), db.server, kind],
    );
    if (timer.role !== undefined && !roles.has(timer.role)) continue;
    if (await tasks.isActive(db, kind)) continue;
    await queue.add(db, { kind, input: {}, caller: 'root', xid: xid() }, { now, isByTimer: true });
  }
}

async function own(db: Db): Promise<StoredTimer[]> {
  return (await list(db)).filter(({ server }) => server === db.server);
}
