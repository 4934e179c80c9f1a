// Reads the names of all databases, or of all their users, from every server that accounts use.
import type { FreeContext } from '../../../../core/context.ts';
import { lookAtNames as lookAtMysqlNames } from '../../driver/mysql/look-mysql.ts';
import type { MysqlMachine } from '../../driver/mysql/server.ts';
import { machineAt, openPlace } from '../../driver/mysql/step.ts';
import { lookAtNames as lookAtPostgresqlNames } from '../../driver/postgresql/look-postgresql.ts';
import type { PostgresqlMachine } from '../../driver/postgresql/server.ts';
import type { FoundByEngine } from '../../rules/every-object.ts';
import type { ObjectKind } from '../../rules/names.ts';
import { LOCAL_ROLE, ROLE as MYSQL } from '../../rules/own-mysql.ts';
import { ROLE as POSTGRESQL } from '../../rules/own-postgresql.ts';
import { usedPlaces } from '../../rules/profiles.ts';
import { rolesOf } from '../../../../ground/rules/roles/active-profile.ts';

type Looking = FreeContext & {
  readonly machine: MysqlMachine & PostgresqlMachine;
};

export async function lookForEvery(context: Looking, kind: ObjectKind): Promise<FoundByEngine> {
  const { machine, system, transaction } = context;
  const roles = await transaction('reads', (db) => rolesOf({ db, system }));
  return {
    ...(roles.has(MYSQL) && { mysql: await everyMysqlName(context, kind, roles.has(LOCAL_ROLE)) }),
    ...(roles.has(POSTGRESQL) && { postgresql: await lookAtPostgresqlNames(machine, kind) }),
  };
}

async function everyMysqlName(
  { machine, transaction, sealer }: Looking,
  kind: ObjectKind,
  hasOwnServer: boolean,
): Promise<readonly string[]> {
  const names = new Set(hasOwnServer ? await lookAtMysqlNames(machine, kind) : []);
  for (const place of await transaction('reads', usedPlaces)) {
    const there = machineAt(machine, await openPlace(sealer, place));
    for (const name of await lookAtMysqlNames(there, kind)) names.add(name);
  }
  return [...names];
}
