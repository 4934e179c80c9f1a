// Facts from the operating system.
import { hostname, loadavg, networkInterfaces } from 'node:os';
import type { Machine } from '../core/machine.ts';
import { mainFirst } from './main-address.ts';
import { readSandboxAddresses } from './sandbox/added-addresses.ts';

export const system: Machine['system'] = {
  isSandbox: false,
  hostname,
  loadAverage: () => loadavg() as [number, number, number],
  addresses: () => {
    const outer = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
      addresses.flatMap(({ family, internal, address, netmask }) =>
        family === 'IPv4' && !internal ? [{ interface: name, address, netmask }] : [],
      ),
    );
    const [main = '127.0.0.1', ...others] = mainFirst(outer).map(({ address }) => address);
    return [main, ...others];
  },
};

/** A sandbox also has the addresses that were added to it. */
export function sandboxSystem(root: string, real: Machine['system'] = system): Machine['system'] {
  return {
    ...real,
    isSandbox: true,
    addresses: () => {
      const [main, ...others] = real.addresses();
      return [main, ...others, ...readSandboxAddresses(root)];
    },
  };
}
