// A step on a MariaDB server: the one of this machine, or the one over the network that its input names in `at`. A server
// that is read-only is not changed.
import type { DatabasePlace } from '../../../../core/machine-databases.ts';
import { defineStep, type PlannedStep, type Step, type StepKind } from '../../../../core/plan.ts';
import type { Sealer } from '../../../../core/context.ts';
import type { Machine } from '../../../../core/machine.ts';
import type { SealedPlace } from '../../rules/profiles.ts';
import { checkedFirst } from '../writable.ts';
import { withMysql, type MysqlMachine } from './server.ts';
import { assertWritable } from './sql-writable.ts';

interface Somewhere {
  readonly at?: SealedPlace;
}

/** A planned step for a server over the network. Undefined: for the server of this machine. */
export function stepAt(at: SealedPlace | undefined, { kind, input }: PlannedStep): PlannedStep {
  return at === undefined ? { kind, input } : { kind, input: { ...(input as object), at } };
}

/** @throws ApiError `key_lost`. */
export async function openPlace(
  sealer: Sealer,
  { host, port, user, sealed, purpose }: SealedPlace,
): Promise<DatabasePlace> {
  return { host, port, user, password: await sealer.open(Buffer.from(sealed, 'base64'), purpose) };
}

/** The machine as if the server at a place were its own. */
export function machineAt<M extends Pick<Machine, 'databases'>>(
  machine: M,
  place: DatabasePlace | undefined,
): M {
  if (place === undefined) return machine;
  return new Proxy(machine, {
    get(target, key): unknown {
      if (key !== 'databases') return Reflect.get(target, key, target);
      return async () => {
        const databases = await target.databases();
        return { mysql: (other = place) => databases.mysql(other) };
      };
    },
  });
}

/**
 * `defineStep` for steps that work with `withMysql`. `onlyReads`: nothing changes on the server. `asksItself`: `prepare`
 * asks whether the server is writable in a statement of its own (`MysqlCatalogue.assertNew`).
 */
export function defineMysqlStep<Input, Memento = undefined, Result = void>({
  onlyReads = false,
  asksItself = false,
  ...step
}: Step<Input, Memento, Result> & {
  readonly onlyReads?: boolean;
  readonly asksItself?: boolean;
}): StepKind<Input, Memento, Result> {
  const { describe, preview, prepare, apply, undo } = step;
  const there = async (machine: Machine, input: Input, sealer: Sealer) => {
    const { at } = input as Somewhere;
    return machineAt(machine, at && (await openPlace(sealer, at)));
  };
  const before = async (...[machine, input, sealer]: Parameters<typeof there>) => {
    const at = await there(machine, input, sealer);
    return onlyReads ? at : checked(at);
  };
  return defineStep<Input, Memento, Result>({
    ...step,
    ...(describe && {
      describe: (input) => {
        const { at } = input as Somewhere;
        return at === undefined ? describe(input) : `${describe(input)} On ${at.host}:${at.port}.`;
      },
    }),
    ...((preview ?? !onlyReads) && {
      async preview(machine, input, sealer) {
        const at = await before(machine, input, sealer);
        if (preview !== undefined) return preview(at, input, sealer);
        await assertChangeable(at);
        return [];
      },
    }),
    ...((prepare ?? !onlyReads) && {
      async prepare(machine, input, sealer) {
        const at = await (asksItself ? there : before)(machine, input, sealer);
        if (prepare !== undefined) return prepare(at, input, sealer);
        await assertChangeable(at);
        return undefined as Memento;
      },
    }),
    apply: async (machine, work) => apply(await there(machine, work.input, work.sealer), work),
    ...(undo && { undo: async (machine, work) => undo(await there(machine, work.input, work.sealer), work) }),
  });
}

/** The machine, whose MariaDB server is checked before it is asked anything else. */
function checked(machine: Machine): Machine {
  return new Proxy(machine, {
    get(target, key): unknown {
      if (key !== 'databases') return Reflect.get(target, key, target);
      return async () => {
        const databases = await target.databases();
        const server = await databases.mysql();
        const found = server && checkedFirst(server, assertWritable);
        return { mysql: () => Promise.resolve(found) };
      };
    },
  });
}

async function assertChangeable(machine: MysqlMachine): Promise<void> {
  // Connecting begins with the check.
  await withMysql(machine, () => Promise.resolve());
}
