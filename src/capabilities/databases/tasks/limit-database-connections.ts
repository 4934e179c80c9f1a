// Gives the users of the database servers the present limit of connections, after the setting has changed or an earlier
// version has created them.
import { ApiError } from '../../../core/errors.ts';
import { defineTask, type TaskContext } from '../../../core/task.ts';
import { ownedNames } from '../driver/account.ts';
import { withAccount } from '../../../ground/driver/each-account.ts';
import type { ConnectionLimit } from '../driver/records.ts';
import * as mysql from '../driver/mysql/owned-names.ts';
import { withMysql } from '../driver/mysql/server.ts';
import { openPlace } from '../driver/mysql/step.ts';
import * as postgresql from '../driver/postgresql/owned-names.ts';
import { postgresqlOf } from '../driver/postgresql/server.ts';
import { listUsernames } from '../../accounts/rules/in-work.ts';
import * as connectionLimit from '../rules/connection-limit.ts';
import { ROLE as MYSQL } from '../rules/own-mysql.ts';
import { ROLE as POSTGRESQL } from '../rules/own-postgresql.ts';
import { serverOf } from '../rules/profiles.ts';
import { hasFailedSince } from '../../../ground/rules/tasks/tasks.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const servers = {
  mysql: { role: MYSQL, limit: limitMysql },
  postgresql: { role: POSTGRESQL, limit: limitPostgresql },
};

export default defineTask<Record<string, never>>({
  description: 'Limit how many connections each database user can have at once.',
  whenInterrupted: 'retry',
  follows: [connectionLimit.SETTING],
  runsAlone: true,
  // A database server may be stopped. After 1, 3, 7 and 15 minutes.
  retries: { count: 4, delayMs: MINUTE_MS, growth: 2 },
  // One that failed after all its retries waits for a day.
  isNeeded: ({ now, transaction }) =>
    transaction(
      'reads',
      async (db) =>
        (await connectionLimit.isDue(db)) &&
        !(await hasFailedSince(db, connectionLimit.LIMIT, now() - DAY_MS)),
    ),

  async run(_input, context) {
    const { log, progress, signal, transaction } = context;
    const { roles, usernames, limit } = await transaction('reads', async (db) => ({
      roles: await rolesOf({ db, system: context.machine.system }),
      usernames: await listUsernames(db),
      limit: {
        most: await connectionLimit.limitOf(db),
        former: await connectionLimit.formerLimitOf(db),
      },
    }));
    const active = Object.values(servers).filter(({ role }) => roles.has(role));
    const problems = new Set<string>();
    let changed = 0;
    for (const [at, username] of usernames.entries()) {
      signal.throwIfAborted();
      progress((100 * at) / usernames.length, `Account ${at + 1} of ${usernames.length}: ${username}`);
      for (const { limit: limitUsers } of active) {
        try {
          const users = await withAccount(context, username, () => limitUsers(context, username, limit));
          if (users.length > 0) log(`“${username}”: ${users.join(', ')}.`);
          changed += users.length;
        } catch (error) {
          const { message } = error as Error;
          log(`“${username}”: ${message}`);
          problems.add(message);
        }
      }
    }
    log(
      limit.most === 0
        ? `${changed} users can have any number of connections now.`
        : `${changed} users can have at most ${limit.most} connections at once now.`,
    );
    if (problems.size > 0) throw new ApiError('host_failed', [...problems].join(' '));
    await transaction('changes', (db) => connectionLimit.storeApplied(db, limit.most));
    return { users: changed };
  },
});

/** @returns the users that have another limit now. */
async function limitMysql(
  { machine, sealer, transaction }: TaskContext,
  username: string,
  limit: ConnectionLimit,
): Promise<string[]> {
  const { at, owned } = await transaction('reads', async (db) => ({
    at: (await serverOf(db, username)).at,
    owned: await ownedNames(db, 'mysql', username),
  }));
  return withMysql(
    machine,
    async (server) => server.limitConnections((await mysql.belongingTo(server, owned)).users, limit),
    at && (await openPlace(sealer, at)),
  );
}

async function limitPostgresql(
  { machine, transaction }: TaskContext,
  username: string,
  limit: ConnectionLimit,
): Promise<string[]> {
  const owned = await transaction('reads', (db) => ownedNames(db, 'postgresql', username));
  const server = await postgresqlOf(machine);
  return server.limitConnections((await postgresql.belongingTo(server, owned)).users, limit);
}
