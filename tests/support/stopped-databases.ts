// Database servers that do not answer.
import type { Machine } from '../../src/core/machine.ts';
import type { MachineDatabases } from '../../src/core/machine-databases.ts';
import { MachineError } from '../../src/core/machine-error.ts';

type Kind = keyof MachineDatabases;

/** The machine, as if these servers were stopped. */
export function withStopped(machine: Machine, kinds: ReadonlySet<Kind>): Machine {
  const stopped = (kind: Kind) => ({
    use: () => Promise.reject(new MachineError('failed', `The server “${kind}” is not running.`)),
  });
  return {
    ...machine,
    async databases() {
      const databases = await machine.databases();
      return {
        mysql: async () => (kinds.has('mysql') ? stopped('mysql') : databases.mysql()),
        postgresql: async () => (kinds.has('postgresql') ? stopped('postgresql') : databases.postgresql()),
      } as MachineDatabases;
    },
  };
}
