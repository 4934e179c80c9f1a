// Creates the MariaDB user of a session, with all privileges on the account’s databases.
import type { Context } from '../../../core/context.ts';
import { defineChange, type Plan } from '../../../core/plan.ts';
import { stepAt } from '../driver/mysql/step.ts';
import createUser from '../driver/mysql/steps/create-user.ts';
import setPrivileges from '../driver/mysql/steps/set-privileges.ts';
import { limitOf } from '../rules/connection-limit.ts';
import { locksOf } from '../rules/locks.ts';
import { ownMysql, USERS, type FoundMysql } from '../rules/own-mysql.ts';
import * as owners from '../rules/owners.ts';
import { ALL_PRIVILEGES } from '../rules/privileges.ts';
import { serverOf } from '../rules/profiles.ts';
import * as sessionUsers from '../rules/session-users.ts';

interface CreateSessionUser extends sessionUsers.SealedSessionUser {
  readonly profile: string;
}

const change = defineChange<CreateSessionUser>({
  kind: 'create-session-user',
  async store(db, { profile, ...user }, { now }) {
    const { name, owner } = user;
    await owners.insert(db, USERS, { name, owner, profile, createdAt: now() });
    await sessionUsers.insert(db, user);
  },
});
export default change;

export interface SessionUser extends sessionUsers.SessionUser {
  /** False if the session had it before. */
  readonly isNew: boolean;
}

/**
 * The user can connect from this machine only. If the session has one already, it gets the databases that the account
 * has by now.
 * @throws ApiError `denied` without a session; `key_lost`; LookAgain if another call has created it since `look`.
 */
export async function createSessionUser(
  context: Pick<Context, 'db' | 'caller' | 'sealer' | 'randomBytes'>,
  found: FoundMysql,
): Promise<{ readonly plan: Plan; readonly user: SessionUser }> {
  const { db, caller } = context;
  const owner = caller.user;
  const session = sessionUsers.sessionOf(caller);
  const known = await sessionUsers.find(context, session, found);
  const user = known ?? (await sessionUsers.generate(context, owner));
  // An administrator may have dropped it.
  const isNew = !found.users.some(({ name }) => name === user.name);
  const { profile, at, client } = await serverOf(db, owner);
  const { databases } = await ownMysql(db, owner, found);
  const { name, password } = user;
  const steps = [
    ...(isNew ? [createUser.plan({ name, hosts: [client], most: await limitOf(db) })] : []),
    ...databases.map((database) =>
      setPrivileges.plan({ user: name, database, privileges: [ALL_PRIVILEGES] }),
    ),
  ];
  const plan = change.plan(
    { profile, ...(await sessionUsers.seal(context, user, { session, owner })) },
    {
      locks: locksOf('mysql', owner, [
        { kind: 'user', name },
        ...databases.map((one) => ({ kind: 'database', name: one }) as const),
      ]),
      steps: steps.map((step) => stepAt(at, step)),
      secret: password,
    },
  );
  return { plan, user: { ...user, isNew } };
}
