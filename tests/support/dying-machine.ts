// The machine of a process that is killed at its nth operation that can change something: before it, or after it. Nothing
// of the process runs after that, so the promise of the operation never settles. Operations that only read are not counted:
// a death at one of them leaves what the death after the change before it has left.
import type { DriverMachine } from '../../src/ground/driver/step.ts';

export interface DyingMachine<M> {
  readonly machine: M;
  readonly died: Promise<void>;
}

const READS = new Set<string | symbol>([
  'facts',
  'find',
  'has',
  'list',
  'listStaged',
  'origin',
  'ownProcess',
  'read',
  'readText',
  'state',
  'states',
]);
/** Calls of tools that only read. */
const READING_TOOLS = /^(?:named-check\w+ |rndc (?:.* )?(?:zonestatus|signing -list) )/;

/** `run` of a tool is an operation too. */
function canChange(name: string | symbol, [tool, words]: readonly unknown[]): boolean {
  if (name !== 'run') return !READS.has(name);
  const line = [tool, ...(words as readonly unknown[])].filter((word) => typeof word === 'string').join(' ');
  return !READING_TOOLS.test(`${line} `);
}

/** @param isDone whether the last operation takes place. */
export function dyingMachine<M extends DriverMachine>(
  real: M,
  { dies, isDone }: { readonly dies: number; readonly isDone: boolean },
): DyingMachine<M> {
  let calls = 0;
  let isOver = false;
  let die = () => undefined as void;
  const died = new Promise<void>((resume) => (die = resume));
  const watched = <T extends object>(object: T): T =>
    new Proxy(object, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name === 'locate') return (path: string): unknown => value.call(target, path);
        // The kernel releases the locks of a process that is killed.
        if (name === 'whileLocked') {
          return async (path: string, work: () => Promise<unknown>) => {
            const result: unknown = await value.call(target, path, () => Promise.race([work(), died]));
            return isOver ? new Promise(() => undefined) : result;
          };
        }
        return async (...words: unknown[]) => {
          if (isOver) return new Promise(() => undefined);
          const isLast = canChange(name, words) && ++calls === dies;
          isOver ||= isLast;
          if (isLast && !isDone) {
            die();
            return new Promise(() => undefined);
          }
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
