// The MariaDB databases and users of an account.
import { limitOf } from '../../rules/connection-limit.ts';
import { lockOf } from '../../rules/locks.ts';
import { LOCAL_ROLE, ROLE } from '../../rules/own-mysql.ts';
import { serverOf } from '../../rules/profiles.ts';
import * as copies from '../../../../ground/rules/machine-copies.ts';
import { databasePart } from '../account.ts';
import { withMysql } from './server.ts';
import { stepAt } from './step.ts';
import { copiedUsers } from './copied-users.ts';
import dropAll from './steps/drop-all.ts';
import findOwned from './steps/find-owned.ts';
import importUsers, { type MysqlHashes } from './steps/import-users.ts';
import setLogin from './steps/set-login.ts';
import setPrivileges from './steps/set-privileges.ts';

const engine = 'mysql';

export const part = databasePart({
  ...{ engine, role: ROLE, localRole: LOCAL_ROLE, server: 'MariaDB' },
  ...{ findOwned: findOwned.plan, setLogin: setLogin.plan, dropAll, copiedUsers },
  onServerOf: async (db, username, step) => stepAt((await serverOf(db, username)).at, step),

  namesOf: (machine) =>
    withMysql(machine, async (mysql) => ({
      databases: new Set(await mysql.databases()),
      users: new Set((await mysql.users()).map(({ name }) => name)),
    })),

  async recreate(context, { username, suspendedAt }, missing) {
    const copy = await copies.read(context, engine, username);
    const users = (copy?.users ?? []).filter(({ name }) => missing.users.has(name));
    if (users.length === 0) return { steps: [], locks: [] };
    const grants = (copy?.grants ?? []).filter(({ user }) => users.some(({ name }) => name === user));
    const secret: MysqlHashes = {
      mysql: Object.fromEntries(users.map(({ name, hash }) => [name, hash])),
    };
    return {
      steps: [
        importUsers.plan({
          users: users.map(({ name, hosts }) => ({ name, hosts })),
          isLocked: suspendedAt !== null,
          most: await limitOf(context.db),
        }),
        // MariaDB grants privileges on databases that do not exist yet.
        ...grants.map((grant) => setPrivileges.plan(grant)),
      ],
      locks: users.map(({ name }) => lockOf(engine, { kind: 'user', name })),
      secret: JSON.stringify(secret),
    };
  },
});
