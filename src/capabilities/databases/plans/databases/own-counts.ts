// How many databases an account has on each kind of server.
import type { FreeContext } from '../../../../core/context.ts';
import { countIfPossible, type Counted } from '../../rules/counts.ts';
import type { DatabaseEngine } from '../../rules/names.ts';
import * as mysql from '../../rules/own-mysql.ts';
import * as postgresql from '../../rules/own-postgresql.ts';
import { lookForOwn } from './own-mysql.ts';
import { lookFor } from './postgresql.ts';

async function countMysql(context: FreeContext): Promise<number> {
  const { transaction, caller } = context;
  const found = await lookForOwn(context);
  return (await transaction('reads', (db) => mysql.ownMysql(db, caller.user, found))).databases.length;
}

async function countPostgresql(context: FreeContext): Promise<number> {
  const { transaction, caller } = context;
  const found = await lookFor(context, caller.user);
  return (await transaction('reads', (db) => postgresql.ownDatabases(db, caller.user, found))).length;
}

const servers = {
  mysql: { role: mysql.ROLE, count: countMysql },
  postgresql: { role: postgresql.ROLE, count: countPostgresql },
} as const;

/** For `look`. */
export async function countOwnDatabases(
  context: FreeContext,
  engines: readonly DatabaseEngine[],
): Promise<readonly (readonly [DatabaseEngine, Counted])[]> {
  return Promise.all(
    engines.map(async (engine) => {
      const { role, count } = servers[engine];
      return [engine, await countIfPossible(context, role, () => count(context))] as const;
    }),
  );
}
