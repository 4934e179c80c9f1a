// A step on the PostgreSQL server of this machine, which is not changed if it is read-only.
import { defineStep, type Step, type StepKind } from '../../../../core/plan.ts';
import type { Machine } from '../../../../core/machine.ts';
import { checkedFirst } from '../writable.ts';
import { postgresqlOf } from './server.ts';
import type { DatabaseConnection } from '../../../../core/machine-databases.ts';
import { MachineError } from '../../../../core/machine-error.ts';

/** `defineStep` for steps that change the server. */
export function definePostgresqlStep<Input, Memento = undefined, Result = void>(
  step: Step<Input, Memento, Result>,
): StepKind<Input, Memento, Result> {
  const { preview, prepare } = step;
  return defineStep<Input, Memento, Result>({
    ...step,
    async preview(machine, input, sealer) {
      if (preview !== undefined) return preview(checked(machine), input, sealer);
      await assertChangeable(machine);
      return [];
    },
    async prepare(machine, input, sealer) {
      if (prepare !== undefined) return prepare(checked(machine), input, sealer);
      await assertChangeable(machine);
      return undefined as Memento;
    },
  });
}

/** The machine, whose PostgreSQL server is checked before it is asked anything else. */
function checked(machine: Machine): Machine {
  return new Proxy(machine, {
    get(target, key): unknown {
      if (key !== 'databases') return Reflect.get(target, key, target);
      return async () => {
        const server = await (await target.databases()).postgresql();
        const found = server && checkedFirst(server, assertWritable);
        return { postgresql: () => Promise.resolve(found) };
      };
    },
  });
}

async function assertChangeable(machine: Machine): Promise<void> {
  // Any question begins with the check.
  await (await postgresqlOf(checked(machine))).users({ names: [], prefixes: [] });
}

// Says whether a PostgreSQL server may be changed.

/** @param connection to PostgreSQL’s own database. @throws MachineError `failed` */
async function assertWritable(connection: DatabaseConnection): Promise<void> {
  const [row] = await connection.query<{ isStandby: boolean; isReadOnly: boolean }>(
    `SELECT pg_is_in_recovery() AS "isStandby", current_setting('transaction_read_only')::bool AS "isReadOnly"`,
  );
  if (row?.isStandby === true) {
    throw new MachineError(
      'failed',
      'The PostgreSQL server is a standby, which is read-only. Make the change on its primary server, or promote ' +
        'this one first.',
    );
  }
  if (row?.isReadOnly !== true) return;
  throw new MachineError(
    'failed',
    'The PostgreSQL server is read-only, because default_transaction_read_only is on. Turn it off first.',
  );
}
