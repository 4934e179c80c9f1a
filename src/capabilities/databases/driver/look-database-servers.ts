// What is read of database servers of both kinds.
import type { ReadSizes } from '../rules/disk-usage.ts';
import { lookAtSizes } from './mysql/look-mysql.ts';
import { machineAt, openPlace } from './mysql/step.ts';
import { sizesOfPostgresql } from './postgresql/look-postgresql.ts';

export const readSizes: ReadSizes = async ({ machine, sealer }, { engine, at, wanted }) =>
  engine === 'postgresql'
    ? sizesOfPostgresql(machine, wanted)
    : lookAtSizes(machineAt(machine, at && (await openPlace(sealer, at))), wanted);
