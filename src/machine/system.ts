// Facts from the operating system.
import { hostname, loadavg, networkInterfaces } from 'node:os';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../core/machine.ts';
import { mainFirst } from './main-address.ts';
import { readSandboxAddresses } from './sandbox/added-addresses.ts';

export const system: Machine['system'] = {
  isSandbox: false,
  hostname,
  isNamedByHostname: false,
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

/** A sandbox has its own hostname once one was set, and also the addresses that were added to it. */
export function sandboxSystem(root: string, real: Machine['system'] = system): Machine['system'] {
  return {
    ...real,
    isSandbox: true,
    hostname: () => readSandboxHostname(root) ?? real.hostname(),
    addresses: () => {
      const [main, ...others] = real.addresses();
      return [main, ...others, ...readSandboxAddresses(root)];
    },
  };
}

// The hostname that was set for a sandbox. The file is small, and read at once where the kernel is asked at once.

/** Undefined if none was set. @param root the directory that stands for the root of the file system */
function readSandboxHostname(root: string): string | undefined {
  try {
    const name = readFileSync(join(root, 'etc/hostname'), 'utf8').trim();
    return name === '' ? undefined : name;
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
}
