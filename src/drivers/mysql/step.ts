// A step on a MariaDB server: the one of this machine, or the one over the network that its input names in `at`.
import type { DatabasePlace } from '../../core/machine-databases.ts';
import { defineStep, type PlannedStep, type Step, type StepKind } from '../../core/plan.ts';
import type { Sealer } from '../../core/context.ts';
import type { Machine } from '../../core/machine.ts';
import type { SealedPlace } from '../../model/databases/profiles.ts';

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

/** `defineStep` for steps that work with `withMysql`. */
export function defineMysqlStep<Input, Memento = undefined, Result = void>(
  step: Step<Input, Memento, Result>,
): StepKind<Input, Memento, Result> {
  const { describe, preview, prepare, apply, undo } = step;
  const there = async (machine: Machine, input: Input, sealer: Sealer) => {
    const { at } = input as Somewhere;
    return machineAt(machine, at && (await openPlace(sealer, at)));
  };
  return defineStep<Input, Memento, Result>({
    ...step,
    ...(describe && {
      describe: (input) => {
        const { at } = input as Somewhere;
        return at === undefined ? describe(input) : `${describe(input)} On ${at.host}:${at.port}.`;
      },
    }),
    ...(preview && {
      preview: async (machine, input, sealer) => preview(await there(machine, input, sealer), input, sealer),
    }),
    ...(prepare && {
      prepare: async (machine, input, sealer) => prepare(await there(machine, input, sealer), input, sealer),
    }),
    apply: async (machine, work) => apply(await there(machine, work.input, work.sealer), work),
    ...(undo && { undo: async (machine, work) => undo(await there(machine, work.input, work.sealer), work) }),
  });
}
