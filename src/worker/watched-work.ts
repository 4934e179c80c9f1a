// The work for which whmapi1d looks every minute.
import type { Db } from '../core/context.ts';
import type { Engine } from '../core/engine.ts';
import { findUnwanted } from '../capabilities/system/driver/background-processes/look-background-processes.ts';
import { searchOf } from '../capabilities/system/rules/background-processes/settings.ts';
import { isDue, LIMIT } from '../capabilities/databases/rules/connection-limit.ts';
import { listEnded } from '../capabilities/databases/rules/session-users.ts';
import { hasEarlierForm } from '../ground/rules/roles/active-profile.ts';
import { hasFailedSince } from '../ground/rules/tasks/tasks.ts';
import type { WatchedWork } from './task-watch.ts';

/** Background programs of accounts that should not run (configurebackgroundprocesskiller). */
export const backgroundProcesses: WatchedWork = {
  task: 'end-background-processes',
  isThere: async (engine) => {
    const search = await read(engine, searchOf);
    return (await findUnwanted(engine.machine, search)).length > 0;
  },
};

/** Database users of sessions that have ended. */
export const sessionUsers: WatchedWork = {
  task: 'drop-session-users',
  isThere: (engine) => read(engine, async (db) => (await listEnded(db, engine.now())).length > 0),
};

const DAY_MS = 86_400_000;
const RENEW = 'renew-role-files';

/** Files of roles that an earlier version has written. A task that failed after all its retries waits for a day. */
export const earlierRoleFiles: WatchedWork = {
  task: RENEW,
  isThere: (engine) =>
    read(
      engine,
      async (db) => (await hasEarlierForm(db)) && !(await hasFailedSince(db, RENEW, engine.now() - DAY_MS)),
    ),
};

/** Database users who may have another limit of connections than the present one. */
export const connectionLimits: WatchedWork = {
  task: LIMIT,
  isThere: (engine) =>
    read(
      engine,
      async (db) => (await isDue(db)) && !(await hasFailedSince(db, LIMIT, engine.now() - DAY_MS)),
    ),
};

function read<T>(engine: Engine, work: (db: Db) => Promise<T>): Promise<T> {
  return engine.store.transaction('reads', async (db) => ({ value: await work(db), keep: false }));
}
