// The machine of functions that only look at it, and find the same in every process that sees the same files
// (`needsSameFiles`). It cannot change anything, and it reads nothing where those processes may see something else.
import { mayDiffer } from './differing-places.ts';
import type { Machine } from './machine.ts';

/**
 * The parts that answer from files, from daemons that are reached through them, and from the network. All others depend
 * on the process that asks: on its rights, its devices, and its view of mounts and processes.
 */
type Part = 'users' | 'files' | 'customFiles' | 'tools' | 'services' | 'addresses' | 'resolver' | 'databases';

export type LookingMachine = Pick<Machine, 'system' | Part>;

/** The methods that look. */
const methods: { readonly [P in Part]: readonly (keyof Awaited<ReturnType<Machine[P]>>)[] } = {
  users: ['find', 'findAll', 'findById', 'findGroup', 'hasFile', 'homeOf', 'isSuspended'],
  files: ['locate', 'read', 'readText', 'open', 'facts', 'list', 'listStaged', 'origin'],
  customFiles: ['list', 'readText'],
  tools: ['has', 'find', 'run'],
  services: ['ownProcess', 'state', 'states'],
  addresses: ['list'],
  resolver: ['ipv4', 'ipv6', 'mailServers', 'nameservers', 'caa'],
  databases: ['mysql', 'postgresql'],
};

/** Everything else throws a TypeError. Tools and database servers are trusted with what they are asked. */
export function lookingMachine(machine: Machine): LookingMachine {
  return new Proxy<Machine>(machine, {
    get(target, name): unknown {
      const part: unknown = Reflect.get(target, name);
      if (typeof part !== 'function') return part;
      if (!isPart(name))
        throw new TypeError(`The function needs more than files: it asks “${String(name)}”.`);
      return async (...args: unknown[]) => {
        // The folders of files, and the declared tools.
        args.flat().forEach(assertSame);
        return looking(name, (await (part as AnyMethod).apply(target, args)) as object);
      };
    },
  });
}

const isPart = (name: string | symbol): name is Part => Object.hasOwn(methods, name);

type AnyMethod = (...args: unknown[]) => unknown;

function looking(name: Part, capability: object): object {
  const allowed: readonly (string | symbol)[] = methods[name];
  return new Proxy(capability, {
    get(target, key): unknown {
      const method: unknown = Reflect.get(target, key, target);
      if (typeof method !== 'function') return method;
      if (!allowed.includes(key)) {
        throw new TypeError(`The function only looks: it may not call “${name}.${String(key)}”.`);
      }
      return (...args: unknown[]) => {
        // The folders of the capability can have such places below them.
        if (name === 'files') args.forEach(assertSame);
        return (method as AnyMethod).apply(target, args);
      };
    },
  });
}

/** @throws TypeError for a place where the process may see something else. */
function assertSame(place: unknown): void {
  if (typeof place === 'string' && mayDiffer(place)) {
    throw new TypeError(`“${place}” need not be the same in a process that sees the same files.`);
  }
}
