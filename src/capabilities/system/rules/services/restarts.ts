// Restarts that the server itself has started.
import type { Db } from '../../../../core/context.ts';
import { select } from '../../../../ground/rules/tasks/tasks.ts';

/** True if a task of this server is restarting the service, or is about to. */
export async function isRestarting(db: Db, service: string): Promise<boolean> {
  const tasks = await select(
    db,
    "WHERE server = ? AND kind = 'restart-service' AND state IN ('waiting', 'running')",
    db.server,
  );
  return tasks.some(({ input }) => (input as { service?: unknown }).service === service);
}
