// The PostgreSQL databases and users of an account.
import { limitOf } from '../../rules/connection-limit.ts';
import { lockOf } from '../../rules/locks.ts';
import { ROLE } from '../../rules/own-postgresql.ts';
import * as copies from '../../../../ground/rules/machine-copies.ts';
import { databasePart } from '../account.ts';
import { postgresqlOf } from './server.ts';
import { copiedUsers } from './copied-users.ts';
import dropAll from './steps/drop-all.ts';
import findOwned from './steps/find-owned.ts';
import grant from './steps/grant.ts';
import importUser, { type PostgresqlVerifiers } from './steps/import-user.ts';
import setLogin from './steps/set-login.ts';

const engine = 'postgresql';

export const part = databasePart({
  ...{ engine, role: ROLE, localRole: ROLE, server: 'PostgreSQL' },
  ...{ findOwned: findOwned.plan, setLogin: setLogin.plan, dropAll, copiedUsers },

  async namesOf(machine) {
    const catalogue = await postgresqlOf(machine);
    return {
      databases: new Set(await catalogue.databaseNames()),
      users: new Set(await catalogue.users()),
    };
  },

  async recreate(context, { username, suspendedAt }, missing) {
    const copy = await copies.read(context, engine, username);
    const users = (copy?.users ?? []).filter(({ name }) => missing.users.has(name));
    // PostgreSQL has the privileges in the database.
    const grants = (copy?.grants ?? []).filter(
      ({ user, database }) => users.some(({ name }) => name === user) && missing.databases.has(database),
    );
    const limits = { isLocked: suspendedAt !== null, most: await limitOf(context.db) };
    const secret: PostgresqlVerifiers = {
      postgresql: Object.fromEntries(users.map(({ name, verifier }) => [name, verifier])),
    };
    return {
      steps: [
        ...users.map(({ name }) => importUser.plan({ name, ...limits })),
        ...grants.map((one) => grant.plan({ ...one, isGranted: true })),
      ],
      locks: users.map(({ name }) => lockOf(engine, { kind: 'user', name })),
      secret: JSON.stringify(secret),
    };
  },
});
