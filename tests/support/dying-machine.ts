// The machine of a process that is killed at its nth operation: before it, or after it. Nothing of the process runs after
// that, so the promise of the operation never settles.
import type { DriverMachine } from '../../src/drivers/step.ts';

export interface DyingMachine<M> {
  readonly machine: M;
  readonly died: Promise<void>;
}

/** @param isDone whether the last operation takes place. */
export function dyingMachine<M extends DriverMachine>(
  real: M,
  { dies, isDone }: { readonly dies: number; readonly isDone: boolean },
): DyingMachine<M> {
  let calls = 0;
  let die = () => undefined as void;
  const died = new Promise<void>((resume) => (die = resume));
  const watched = <T extends object>(object: T): T =>
    new Proxy(object, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name === 'locate') return (path: string): unknown => value.call(target, path);
        return async (...words: unknown[]) => {
          calls += 1;
          const isLast = calls === dies;
          if (isLast && !isDone) die();
          if (calls > dies || (isLast && !isDone)) return new Promise(() => undefined);
          const result: unknown = await (value as (...all: unknown[]) => unknown).apply(target, words);
          if (!isLast) return result;
          die();
          return new Promise(() => undefined);
        };
      },
    });
  const machine: M = {
    ...real,
    files: async (directories: readonly string[]) => watched(await real.files(directories)),
    tools: async (tools: Parameters<M['tools']>[0]) => watched(await real.tools(tools)),
    services: async () => watched(await real.services()),
  };
  return { machine, died };
}
